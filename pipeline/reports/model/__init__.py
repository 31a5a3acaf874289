"""The report on a run: one HTML file about the model, its judgement and what it was made from."""
