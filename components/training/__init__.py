"""Features to a served model: what the Trainer runs."""
