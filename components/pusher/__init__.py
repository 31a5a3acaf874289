"""Pushing: a model that passed its gates becomes a version, and a label is moved to it."""
