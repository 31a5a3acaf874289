"""Judging a candidate: metrics by TensorFlow Model Analysis, gates by our own rules."""
