"""Rows and models in, arrays of labels and answers out."""
