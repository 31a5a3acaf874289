"""Which version of the pushed model answers a batch."""

from dataclasses import dataclass
from pathlib import Path

import registry
from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.terminal.summary import shown


@dataclass(frozen=True)
class Chosen:
    """A version that went through the gates.

    Attributes:
        path: Its folder.
        name: The model's name.
        version: Its number.
        digest: Of its files, as they were pushed.
        why: What it was chosen by: a label, or empty for its number.
    """

    path: Path
    name: str
    version: int
    digest: str
    why: str


def choose(config: Config, version: int | None, label: str, again: str) -> Chosen:
    """Returns the version that is asked for.

    Args:
        config: Names the model base directory.
        version: Its number; None for the one with the label.
        label: Such as `stable`.
        again: The command that makes and pushes a model, for those who have none.

    Raises:
        UserError: it is not there, was not pushed by the pipeline, or is not as it was pushed.
    """
    base, model = config.where.serving_dir, config.what.model_name
    place = shown(base / model)
    there = registry.versions(base, model)
    if not there:
        raise UserError(f"no pushed model in {place}; `{again}` makes and pushes one")
    listed = ", ".join(map(str, there))
    try:
        number = version or registry.labels(base, model).get(label, 0)
        if not number:
            raise UserError(
                f"no version in {place} has the label {label!r}; "
                f"choose one with --version: {listed}"
            )
        if number not in there:
            what = (
                f"--version {number}" if version else f"label {label!r} is version {number}, which"
            )
            raise UserError(f"{what}: not in {place}; there are: {listed}")
        digest = _digest(base, model, number)
    except registry.RegistryError as error:
        raise UserError(str(error)) from error
    path = registry.version_dir(base, model, number)
    return Chosen(path, model, number, digest, "" if version else label)


def _digest(base: Path, model: str, version: int) -> str:
    """The digest of a version that the pipeline pushed, and that has not changed since."""
    path = registry.version_dir(base, model, version)
    try:
        record = registry.read_record(base, model, version)
    except registry.RegistryError as error:
        raise UserError(
            f"version {version} in {shown(path)} is not blessed: no record says that it went "
            f"through the gates ({error}); push it with the pipeline, or choose another with "
            "--version"
        ) from error
    if registry.digest(path) != record.digest:
        raise UserError(
            f"version {version} in {shown(path)} is not what was pushed: its files changed; "
            "restore them, or choose another with --version"
        )
    return record.digest
