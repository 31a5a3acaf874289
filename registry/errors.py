"""The errors of this room.

RegistryError          the model base directory cannot be used as asked; the message says what to do
├── StorageError       an object store does not do what was asked; the message says why
├── ServerError        the model server does not answer; start it, or name another
└── VersionRefused     a version gets no label: it is damaged, or the server does not serve it
"""


class RegistryError(Exception):
    """The model base directory cannot be used as asked; the message says what to do."""


class StorageError(RegistryError):
    """An object store cannot be reached, or refuses."""


class ServerError(RegistryError):
    """The model server does not answer."""


class VersionRefused(RegistryError):
    """A version gets no label: it is damaged, or the server does not serve it."""
