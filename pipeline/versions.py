"""The pushed versions of a model, as they stand in its base directory and in a running server."""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

import registry
from pipeline.config import Place, load, load_cluster
from pipeline.config.loading import is_of_cluster
from pipeline.errors import ConfigError, LabelRefused, UserError
from registry.history import was_rolled_back
from registry.rollout import Rollout
from registry.server import Server, connected
from registry.storage import is_uri


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where the versions of a model are, and who serves them.

    Attributes:
        base: The model base directory.
        model: The model's name.
        server: That is asked; None if there is none.
    """

    base: registry.Base
    model: str
    server: Server | None


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


def shelf_of(config: str, where: str, overrides: Iterable[str]) -> Shelf:
    """Returns where the versions are by a configuration, of this machine or of a cluster.

    Args:
        config: The *what* file.
        where: The *where* file.
        overrides: As of `load`.

    Raises:
        ConfigError: it is wrong, or names a place that this machine does not see.
        UserError: the bucket cannot be used.
    """
    if not is_of_cluster(where):
        machine = load(config, where, overrides)
        base: registry.Base = machine.where.serving_dir
        return Shelf(base=base, model=machine.what.model_name, server=_server(machine.where))
    cluster = load_cluster(config, where, overrides)
    root = cluster.where.roots.serving
    if not is_uri(root) and not Path(root).is_dir():
        msg = (
            f"{where}: roots.serving = {root!r}: is on a volume of the cluster, which is not "
            "mounted here; run the command where it is"
        )
        raise ConfigError(msg)
    with as_user_errors():
        base = registry.base_of(root)
    return Shelf(base=base, model=cluster.what.model_name, server=_server(cluster.where))


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


def told_by_server(shelf: Shelf) -> Told | None:
    """Asks the configured server; None if there is none."""
    server, model = shelf.server, shelf.model
    if server is None:
        return None
    told = Told(address=server.address)
    try:
        with connected(server) as connection:
            states = {number: str(state) for number, state in connection.states(model).items()}
            labels = {
                label: connection.labelled(model, label)
                for label in registry.labels(shelf.base, model)
            }
    except registry.ServerError as error:
        return dataclasses.replace(told, error=str(error))
    return dataclasses.replace(told, states=states, labels=labels)


def rollout_of(shelf: Shelf, *, is_unasked: bool = False) -> Rollout:
    """What moves the labels of the model; it tells of its waiting on stderr.

    Args:
        shelf: Where its versions are.
        is_unasked: Asks no server, whatever is configured.
    """
    return Rollout(shelf.base, shelf.model, None if is_unasked else shelf.server, tell)


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


def _server(where: Place) -> Server | None:
    serving = where.serving
    if serving.address is None:
        return None
    return Server(address=serving.address, timeout_s=serving.timeout_s)


def _record(base: registry.Base, model: str, version: int) -> registry.Record | None:
    try:
        return registry.read_record(base, model, version)
    except registry.RegistryError:
        return None
