"""The contract with the data: reading a curated schema, and what follows from it."""

from schema.columns import SERVING, TRAINING, Column, Kind, columns
from schema.reading import SchemaError, read_schema

__all__ = ["SERVING", "TRAINING", "Column", "Kind", "SchemaError", "columns", "read_schema"]
