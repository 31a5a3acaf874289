"""What runs and in which order: configuration, the graph, the local runner, the commands."""
