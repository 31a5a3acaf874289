"""One model: its wanted versions are loaded, the others go, its labels are resolved."""

from collections.abc import Callable, Mapping
from pathlib import Path

import grpc

from serving.models.config import ModelConfig
from serving.models.folder import fingerprint
from serving.models.policy import Standing, to_unload
from serving.models.version import Version
from serving.servable import ServingError
from tfxp_client import VersionStatus

MakeVersion = Callable[[str, int, Path, Callable[[Version], None]], Version]
"""Name of the model, number, folder, who is told of new states."""


class Model:
    """The versions of a model.

    Attributes:
        config: As configured last.
        labels: Label to version, as they were accepted.
    """

    def __init__(self, config: ModelConfig, make: MakeVersion) -> None:
        """Has no versions yet."""
        self.config = config
        self.labels: Mapping[str, int] = {}
        self._make = make
        self._versions: dict[int, Version] = {}
        self._wanted: Mapping[int, Path] = {}

    @property
    def versions(self) -> Mapping[int, Version]:
        """All that are or were known."""
        return self._versions

    def want(self, wanted: Mapping[int, Path]) -> None:
        """Loads these versions, the largest first, and lets the others go when they may."""
        self._wanted = wanted
        for number, version in self._versions.items():
            version.wanted = number in wanted
        for number in sorted(wanted, reverse=True):
            known = self._versions.get(number)
            if known is None or (known.over and self._may_load_again(known)):
                self._load(number, wanted[number])
        self._unload()

    def find(self, version: int | None, label: str | None) -> Version:
        """See `Models.find`."""
        number = self._number(version, label)
        if number is None:
            candidates = [one for one in self._versions.values() if one.answers]
            candidates = candidates or [one for one in self._versions.values() if one.restarts]
            if candidates:
                return max(candidates, key=lambda one: one.version)
            raise _not_found(f"Latest({self.config.name})")
        found = self._versions.get(number)
        if found is None or not (found.answers or found.restarts):
            raise _not_found(f"Specific({self.config.name}, {number})")
        return found

    def statuses(self, version: int | None, label: str | None) -> list[VersionStatus]:
        """See `Models.status`."""
        number = self._number(version, label)
        if number is None:
            if not self._versions:
                raise _none_known(self.config.name)
            return [self._versions[known].status for known in sorted(self._versions, reverse=True)]
        if number not in self._versions:
            msg = f"Could not find version {number} of model {self.config.name}"
            raise ServingError(grpc.StatusCode.NOT_FOUND, msg)
        return [self._versions[number].status]

    def _number(self, version: int | None, label: str | None) -> int | None:
        if label is None:
            return version
        if label not in self.labels:
            msg = f"Unrecognized servable version label: {label}"
            raise ServingError(grpc.StatusCode.INVALID_ARGUMENT, msg)
        return self.labels[label]

    def _load(self, number: int, path: Path) -> None:
        version = self._make(self.config.name, number, path, self._changed)
        self._versions[number] = version
        version.start()

    def _may_load_again(self, version: Version) -> bool:
        """Whether it was unloaded, or failed with files that have changed since."""
        if version.status.code is grpc.StatusCode.OK:
            return True
        return version.tried != fingerprint(self._wanted[version.version])

    def _unload(self) -> None:
        standings = [
            Standing(one.version, one.wanted, one.answers) for one in self._versions.values()
        ]
        for number in to_unload(standings):
            self._versions[number].stop()
        for version in self._versions.values():
            if not (version.wanted or version.answers):
                version.stop()

    def _changed(self, version: Version) -> None:
        """Told by a version of its new state."""
        if version.over and version.wanted and version.status.code is grpc.StatusCode.OK:
            # It was wanted again while it was unloaded.
            self.want(self._wanted)
        else:
            self._unload()


def _not_found(request: str) -> ServingError:
    return ServingError(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {request}")


def _none_known(name: str) -> ServingError:
    msg = f"Could not find any versions of model {name}"
    return ServingError(grpc.StatusCode.NOT_FOUND, msg)
