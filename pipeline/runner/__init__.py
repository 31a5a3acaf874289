"""Runs the graph on this machine: plan, run, record, and go on where a killed run stopped."""
