"""All models of the server: configured, looked for on disk, found for a request."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import grpc

from serving.metrics import Metrics
from serving.models.config import Configs, ModelConfig, parse_config
from serving.models.folder import Specific, versions_in, wanted
from serving.models.labels import check_labels
from serving.models.model import Model
from serving.models.version import Version
from serving.options import ServerOptions
from serving.servable import ServingError
from serving.worker import Host
from tfxp_client import State, VersionStatus

Report = Callable[[str], None]
"""Takes one line for whoever looks at the terminal."""


class ServedModels:
    """The `Models` of a running server."""

    def __init__(
        self, options: ServerOptions, host: Host, metrics: Metrics, report: Report
    ) -> None:
        """Has no models yet.

        Args:
            options: Of the server.
            host: Starts the processes.
            metrics: Of the server.
            report: Is told what becomes of each version.
        """
        self._options = options
        self._report = report
        self._host = host
        self._metrics = metrics
        self._models: dict[str, Model] = {}
        self._configs: Configs = {}
        self._unreadable: set[Path] = set()

    def find(self, name: str, version: int | None = None, label: str | None = None) -> Version:
        """See `Models`."""
        return self._model(name, version).find(version, label)

    def status(
        self, name: str, version: int | None = None, label: str | None = None
    ) -> Sequence[VersionStatus]:
        """See `Models`."""
        if name not in self._models:
            msg = f"Could not find any versions of model {name}"
            raise ServingError(grpc.StatusCode.NOT_FOUND, msg)
        return self._models[name].statuses(version, label)

    def names(self) -> Sequence[str]:
        """See `Models`."""
        return list(self._configs)

    def versions(self, name: str) -> Mapping[int, Version]:
        """All versions of a model that are or were known."""
        return self._models[name].versions

    def answer(self) -> bool:
        """Whether any version of any model answers."""
        return any(one.answers for name in self._configs for one in self.versions(name).values())

    async def reload(self, config: bytes) -> None:
        """See `Models`."""
        await self.apply(parse_config(config))
        failures = await self.settled()
        if failures:
            raise ServingError(grpc.StatusCode.UNAVAILABLE, "; ".join(failures))

    async def apply(self, configs: Configs) -> None:
        """Takes a new configuration and begins to load what it asks for.

        The labels of the first one may stand for versions that are still to be loaded.

        Raises:
            ServingError: FAILED_PRECONDITION: a label is refused; nothing has changed then.
        """
        if self._configs:
            self._check_labels(configs)
        self._configs = configs
        for name in self._models.keys() - configs.keys():
            self._models[name].want({})
        for name, config in configs.items():
            if name not in self._models:
                self._models[name] = Model(config, self._version)
            self._models[name].config = config
            self._models[name].labels = config.labels
        await self.look()

    async def look(self) -> None:
        """Looks which versions are on disk, and has the wanted ones loaded."""
        configs = self._configs
        found = await asyncio.to_thread(_look, configs)
        for name, versions in found.items():
            # While the disk was read, another configuration may have come.
            if self._configs.get(name) is configs[name]:
                self._want(name, versions)

    async def settled(self) -> list[str]:
        """Waits until every wanted version is available or has failed.

        Returns:
            What failed, a sentence each.
        """
        failures: list[str] = []
        for name, config in self._configs.items():
            versions = self._models[name].versions
            for version in list(versions.values()):
                if version.wanted:
                    await version.settled.wait()
                if version.wanted and version.over:
                    failures.append(
                        f"version {version.version} of {name}: {version.status.message}"
                    )
            if isinstance(config.policy, Specific):
                failures += [
                    f"version {number} of {name} is not in {config.base_path}"
                    for number in sorted(config.policy.versions - versions.keys())
                ]
        return failures

    async def close(self) -> None:
        """Ends every process; what is still asked gets UNAVAILABLE."""
        versions = [one for model in self._models.values() for one in model.versions.values()]
        for version in versions:
            await version.end()

    def _model(self, name: str, version: int | None) -> Model:
        if name not in self._configs:
            asked = f"Latest({name})" if version is None else f"Specific({name}, {version})"
            msg = f"Servable not found for request: {asked}"
            raise ServingError(grpc.StatusCode.NOT_FOUND, msg)
        return self._models[name]

    def _check_labels(self, configs: Configs) -> None:
        for name, config in configs.items():
            model = self._models.get(name)
            answering = (
                (one.version for one in model.versions.values() if one.answers) if model else ()
            )
            check_labels(
                name,
                config.labels,
                held=model.labels if model else {},
                available=frozenset(answering),
                allow_unavailable=self._options.allow_labels_for_unavailable,
            )

    def _want(self, name: str, versions: Mapping[int, Path] | OSError) -> None:
        path = self._configs[name].base_path
        if isinstance(versions, OSError):
            if path not in self._unreadable:
                self._report(f"{name}: cannot read {path}: {versions.strerror}")
            self._unreadable.add(path)
            return
        self._unreadable.discard(path)
        self._models[name].want(versions)

    def _version(
        self, name: str, number: int, path: Path, changed: Callable[[Version], None]
    ) -> Version:
        def told(version: Version) -> None:
            if line := _line(version.status):
                self._report(f"{name} version {number}: {line}")
            changed(version)

        return Version(name, number, path, self._host, self._options, self._metrics, told)


def _look(configs: Configs) -> dict[str, Mapping[int, Path] | OSError]:
    return {name: _wanted(config) for name, config in configs.items()}


def _wanted(config: ModelConfig) -> Mapping[int, Path] | OSError:
    """The versions to serve; an error says nothing about them, so they stay as they are."""
    try:
        return wanted(config.policy, versions_in(config.base_path))
    except OSError as error:
        return error


def _line(status: VersionStatus) -> str:
    """What is worth a line on the terminal; empty if nothing is."""
    if status.is_available:
        return "available"
    if status.state is State.END:
        return f"failed: {status.message}" if status.message else "unloaded"
    return status.message
