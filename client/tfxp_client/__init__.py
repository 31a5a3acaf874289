"""Asks models that TF Serving, or the server of `tfxp serve`, answers for; without TensorFlow."""
