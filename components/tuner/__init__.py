"""Hyperparameters: searched for, or read from a file, and handed to the Trainer."""
