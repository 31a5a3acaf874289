"""Whom the command line asks, and what it says when there is no answer."""

from dataclasses import dataclass

from pipeline.errors import UserError
from tfxp_client import Client, ClientError, ModelNotFound, ServerUnavailable


@dataclass(frozen=True)
class Asked:
    """Whom to ask, and how long.

    Attributes:
        client: With the schema.
        timeout_s: Seconds for some rows.
        version: Of the model, if a certain one.
        label: Of the version, if a certain one.
    """

    client: Client
    timeout_s: float
    version: int | None = None
    label: str | None = None


def unanswered(error: ClientError) -> UserError:
    """The client's error, and which options may help."""
    match error:
        case ModelNotFound():
            return UserError(f"{error}; choose another with --version or --label")
        case ServerUnavailable():
            return UserError(f"{error}; `tfxp serve` starts one, and --local needs none")
    return UserError(str(error))
