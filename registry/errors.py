"""The errors of this room.

RegistryError          the model base directory cannot be used as asked; the message says what to do
├── ServerError        the model server does not answer; start it, or name another
└── VersionRefused     a version gets no label: it is damaged, or the server does not serve it
"""


class RegistryError(Exception):
    """The model base directory cannot be used as asked; the message says what to do."""


class ServerError(RegistryError):
    """The model server does not answer."""


class VersionRefused(RegistryError):
    """A version gets no label: it is damaged, or the server does not serve it."""
