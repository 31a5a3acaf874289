"""Which columns an exported model goes by: over all rows, along a column, and for one row."""
