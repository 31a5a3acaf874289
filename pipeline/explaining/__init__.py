"""One row explained at the terminal: read, compared with others, and shown."""
