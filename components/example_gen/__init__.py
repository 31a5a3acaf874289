"""Rows in files become examples in splits; nothing is lost on the way."""
