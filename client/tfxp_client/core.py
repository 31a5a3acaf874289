"""What both clients are made of: whom they ask, how patiently, and what each call does."""

from tfxp_client import metadata, status
from tfxp_client.calling import Deadline, Patience
from tfxp_client.channels import checked_address
from tfxp_client.errors import Asked
from tfxp_client.metadata import Metadata
from tfxp_client.retrying import Retry
from tfxp_client.status import VersionStatus
from tfxp_client.steps import Steps


class Core:
    """The calls of a client, as steps."""

    def __init__(self, asked: Asked, timeout_s: float, retry: Retry) -> None:
        checked_address(asked.address)
        self._asked = _checked(asked)
        self._timeout_s = timeout_s
        self._patience = Patience.of(retry)
        # A wrong limit is told now, not at the first call.
        self._deadline(None)

    def status(
        self, version: int | None, label: str | None, timeout_s: float | None
    ) -> Steps[tuple[VersionStatus, ...]]:
        """Of one version, or of all that the server has."""
        asked = _checked(Asked(self._asked.address, self._asked.model, version, label))
        return status.status(asked, self._deadline(timeout_s), self._patience)

    def metadata(
        self, version: int | None, label: str | None, timeout_s: float | None
    ) -> Steps[Metadata]:
        """Of the version that is asked for, else of the client's own."""
        asked = self._whom(version, label)
        return metadata.metadata(asked, self._deadline(timeout_s), self._patience)

    def reload(self, config: object, timeout_s: float | None) -> Steps[None]:
        """Another configuration for the server."""
        return status.reload(config, self._asked, self._deadline(timeout_s), self._patience)

    def _whom(self, version: int | None, label: str | None) -> Asked:
        if version is None and label is None:
            return self._asked
        return _checked(Asked(self._asked.address, self._asked.model, version, label))

    def _deadline(self, timeout_s: float | None) -> Deadline:
        return Deadline.after(self._timeout_s if timeout_s is None else timeout_s)


def _checked(asked: Asked) -> Asked:
    if not asked.model:
        raise ValueError("model: expected its name, got an empty text")
    if asked.version is not None and asked.label is not None:
        raise ValueError(
            f"expected a version or a label, got version {asked.version} and label {asked.label!r}"
        )
    return asked
