"""The pushed versions of a model, as they stand in its base directory and in a running server."""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import click

import registry
from pipeline.config import Config
from pipeline.errors import LabelRefused, UserError
from registry.history import was_rolled_back
from registry.rollout import Rollout
from registry.server import Server, connected


@dataclass(frozen=True, kw_only=True)
class Version:
    """A pushed version.

    Attributes:
        number: Its number.
        labels: Those that stand for it, ascending.
        is_rolled_back: Whether stable was taken from it, and has not come back.
        record: Where it came from; None if it was not pushed by this pipeline.
    """

    number: int
    labels: tuple[str, ...]
    is_rolled_back: bool
    record: registry.Record | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a server says.

    Attributes:
        address: Of the server.
        error: Why it says nothing; empty if it answers.
        states: Version to its state.
        labels: Label to the version that it answers with; 0 for none.
    """

    address: str
    error: str = ""
    states: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)


def pushed_versions(base: registry.Base, model: str) -> list[Version]:
    """Returns the versions, newest first.

    Raises:
        RegistryError: the labels cannot be read.
    """
    named = registry.labels(base, model)
    return [
        Version(
            number=number,
            labels=tuple(sorted(label for label, version in named.items() if version == number)),
            is_rolled_back=bool(was_rolled_back(base, model, registry.STABLE, number)),
            record=_record(base, model, number),
        )
        for number in reversed(registry.versions(base, model))
    ]


def told_by_server(config: Config) -> Told | None:
    """Asks the configured server; None if there is none."""
    server = server_of(config)
    if server is None:
        return None
    base, model = config.where.serving_dir, config.what.model_name
    told = Told(address=server.address)
    try:
        with connected(server) as connection:
            states = {number: str(state) for number, state in connection.states(model).items()}
            labels = {
                label: connection.labelled(model, label) for label in registry.labels(base, model)
            }
    except registry.ServerError as error:
        return dataclasses.replace(told, error=str(error))
    return dataclasses.replace(told, states=states, labels=labels)


def server_of(config: Config) -> Server | None:
    """The configured server; None if there is none to ask."""
    serving = config.where.serving
    if serving.address is None:
        return None
    return Server(address=serving.address, timeout_s=serving.timeout_s)


def rollout_of(config: Config, *, is_unasked: bool = False) -> Rollout:
    """What moves the labels of the configured model; it tells of its waiting on stderr.

    Args:
        config: Names the model, the base directory and the server.
        is_unasked: Asks no server, whatever is configured.
    """
    server = None if is_unasked else server_of(config)
    return Rollout(config.where.serving_dir, config.what.model_name, server, tell)


def tell(line: str) -> None:
    """Says what is waited for."""
    click.echo(f"{line} ...", err=True)


@contextlib.contextmanager
def as_user_errors() -> Iterator[None]:
    """Turns the errors of the model base directory into those of the command line.

    Raises:
        LabelRefused: a version is damaged, or the server does not serve it.
        UserError: the directory or the server cannot be used.
    """
    try:
        yield
    except registry.VersionRefused as error:
        raise LabelRefused(str(error)) from error
    except registry.RegistryError as error:
        raise UserError(str(error)) from error


def _record(base: registry.Base, model: str, version: int) -> registry.Record | None:
    try:
        return registry.read_record(base, model, version)
    except registry.RegistryError:
        return None
