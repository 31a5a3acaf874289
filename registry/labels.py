"""The labels of versions: which is stable, which is tried as canary."""

from collections.abc import Mapping

from registry.errors import RegistryError
from registry.models_config import CONFIG, Entry, change_entry, read_entry
from registry.places import Base
from registry.versions import versions

STABLE = "stable"
CANARY = "canary"


def labels(base: Base, model: str) -> dict[str, int]:
    """Returns the model's labels and the versions that they stand for.

    Raises:
        RegistryError: the configuration cannot be read.
    """
    return dict(read_entry(base, model).labels)


def stable_version(base: Base, model: str) -> int:
    """Returns the version that is labelled stable; 0 if none is.

    Raises:
        RegistryError: the label stands for a version that is not there.
    """
    version = labels(base, model).get(STABLE, 0)
    if version and version not in versions(base, model):
        msg = (
            f"{base / CONFIG}: label {STABLE!r} of model {model!r} stands for version "
            f"{version}, which is not in {base / model}; "
            "move the label, or restore the version"
        )
        raise RegistryError(msg)
    return version


def set_label(base: Base, model: str, label: str, version: int) -> None:
    """Moves a label at once and asks nobody; other labels and models stay as they are.

    The server is told to load exactly the labelled versions.

    Raises:
        RegistryError: there is no such version, or the file cannot be read.
    """
    if version not in versions(base, model):
        msg = f"label {label!r}: model {model!r} has no version {version} in {base / model}"
        raise RegistryError(msg)

    def change(entry: Entry) -> Entry:
        return labelled_only({**entry.labels, label: version})

    change_entry(base, model, change)


def labelled_only(named: Mapping[str, int]) -> Entry:
    """These labels, and the versions that they stand for; no others are loaded."""
    return Entry(dict(named), tuple(sorted(set(named.values()))))
