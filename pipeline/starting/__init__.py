"""From a table that nobody has described to a configuration and a schema that can be run."""
