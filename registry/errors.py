"""The one error of this room."""


class RegistryError(Exception):
    """The model base directory cannot be used as asked; the message says what to do."""
