"""The one error of this room."""


class SchemaError(Exception):
    """The schema file is wrong or does not fit the question; the message says what to change."""
