"""Rows in files as typed Arrow batches, every row accounted for."""
