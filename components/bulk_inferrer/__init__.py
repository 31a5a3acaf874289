"""Rows in files in, keyed predictions out: many rows at once, each accounted for."""
