"""Requests of several clients run as one batch, and each gets the rows that are its own."""

from serving.batching.batcher import Batcher

__all__ = ["Batcher"]
