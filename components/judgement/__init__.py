"""What a model's answers to rows whose label is known say about it: functions on arrays alone."""
