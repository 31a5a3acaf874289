"""What can go wrong between this machine and the cluster, each in one message.

UserError
├── ConfigError            an address, a parameter or a file is wrong              (exit 2)
└── ClusterError           the cluster did not do what was asked                   (exit 1)
    ├── Unreachable        nobody answers, or what answers is ill; asking again may help
    ├── AccessDenied       the token is missing, expired, or may not
    ├── NotThere           what was asked for does not exist
    ├── AlreadyThere       what was to be made exists
    └── RefusedByServer    the cluster does not take what it was sent
"""

from pipeline.errors import UserError


class ClusterError(UserError):
    """The cluster did not do what was asked."""


class Unreachable(ClusterError):
    """Nobody answers at the address, or what answers is ill."""


class AccessDenied(ClusterError):
    """The token is missing, expired, or may not do this."""


class NotThere(ClusterError):
    """What was asked for does not exist."""


class AlreadyThere(ClusterError):
    """What was to be made exists."""


class RefusedByServer(ClusterError):
    """The cluster does not take what it was sent."""
