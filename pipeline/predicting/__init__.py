"""Rows answered at the terminal: read, asked of a server or of the pushed model, and written."""
