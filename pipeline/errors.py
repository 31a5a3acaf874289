"""All errors that this room raises on purpose.

UserError              the message says what is wrong and what to do; no traceback is shown
├── ConfigError        a configuration file or `--set` is wrong; fix the file        (exit 2)
├── RunLocked          another run holds the same metadata store; wait or stop it    (exit 1)
├── StoreError         the metadata store or its folder cannot be used               (exit 1)
├── UnknownNode        `--until` names a node that the graph does not have           (exit 2)
└── LabelRefused       a version gets no label: it is damaged, or not served         (exit 3)
"""


class UserError(Exception):
    """Something that the user can mend; the message is all they need."""

    exit_code = 1


class ConfigError(UserError):
    """A configuration file or an override is wrong."""

    exit_code = 2


class RunLocked(UserError):
    """Another run is writing to the same metadata store."""


class StoreError(UserError):
    """The metadata store cannot be opened or written."""


class UnknownNode(UserError):
    """A node was named that the graph does not have."""

    exit_code = 2


class LabelRefused(UserError):
    """A version gets no label: it is damaged, or the server does not serve it."""

    exit_code = 3
