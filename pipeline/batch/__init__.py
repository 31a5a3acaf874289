"""A batch at the terminal: which model answers, and what is shown."""
