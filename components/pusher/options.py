"""What the Pusher is told, as its parameter carries it."""

import json
from dataclasses import dataclass
from typing import Literal

from registry.server import Server


@dataclass(frozen=True, kw_only=True)
class PusherOptions:
    """How a version is given to the server, and what its record says of its making.

    Attributes:
        rollout: `direct` makes the version stable, `canary` labels it canary only.
        server: That must serve the version before a label is moved; None asks nobody.
        config_fingerprint: Of the configuration, for the record.
        seed: Of the training, for the record.
    """

    rollout: Literal["direct", "canary"]
    server: Server | None
    config_fingerprint: str
    seed: int

    @classmethod
    def from_json(cls, text: str) -> "PusherOptions":
        """Reads `{"rollout": …, "server": {"address": …, "timeout_s": …} or null, …}`."""
        given = json.loads(text)
        server = given.pop("server")
        return cls(**given, server=server and Server(**server))
