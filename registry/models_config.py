"""The file that TF Serving reads, `--model_config_file`: which versions to load, and the labels.

A server that polls it refuses it whole when a label stands for a version that is not available
yet (tensorflow/serving, `ServerCore::UpdateModelVersionLabelMap`). So a version is asked for first,
and labelled in a later edition of the file; `rollout.py` does that.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from registry.bucket import BucketPath
from registry.errors import RegistryError
from registry.lease import LOCKS, held
from registry.places import Base

CONFIG = "models.config"
SERVED_AT = "/models"
"""Where the servers of `kubeflow/serving-bucket` see a base directory that is in a bucket."""


@dataclass(frozen=True)
class Entry:
    """What the file says of one model.

    Attributes:
        labels: Label to version.
        versions: What the server is asked to load, ascending.
    """

    labels: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[int, ...] = ()


def read_entry(base: Base, model: str) -> Entry:
    """Returns what the file says of the model; nothing if it does not name it.

    Raises:
        RegistryError: the file cannot be read.
    """
    for found in _read(base / CONFIG).model_config_list.config:
        if found.name == model:
            return _entry(found)
    return Entry()


def change_entry(base: Base, model: str, change: Callable[[Entry], Entry]) -> None:
    """Changes what the file says of the model, at once; everything else in it stays as it is.

    A model without versions and labels is taken out of the file. An edition that says the same as
    the one before is not written.

    Raises:
        RegistryError: the file cannot be read or written.
    """
    if isinstance(base, BucketPath):
        with held(base / LOCKS / CONFIG, f"changing {CONFIG}") as lease:
            path = base / CONFIG
            edition, config = path.edition(), _read(path)
            if _is_changed(config, model, f"{SERVED_AT}/{model}", change):
                lease.require()
                path.replace(text_format.MessageToString(config).encode(), edition)
        return
    with _locked(base / CONFIG):
        config = _read(base / CONFIG)
        if _is_changed(config, model, str((base / model).absolute()), change):
            _write(base / CONFIG, text_format.MessageToString(config))


def _is_changed(
    config: model_server_config_pb2.ModelServerConfig,
    model: str,
    base_path: str,
    change: Callable[[Entry], Entry],
) -> bool:
    """Changes the model's entry; a new one has `base_path`."""
    models = config.model_config_list.config
    found = next((entry for entry in models if entry.name == model), None)
    old = _entry(found) if found else Entry()
    new = change(old)
    if new == old:
        return False
    if found is None:
        found = models.add(name=model, base_path=base_path, model_platform="tensorflow")
    found.version_labels.clear()
    found.version_labels.update(new.labels)
    found.model_version_policy.specific.versions[:] = new.versions
    if new == Entry():
        models.remove(found)
    return True


def _entry(found: model_server_config_pb2.ModelConfig) -> Entry:
    versions = found.model_version_policy.specific.versions
    return Entry(dict(found.version_labels), tuple(sorted(versions)))


def _read(path: Base) -> model_server_config_pb2.ModelServerConfig:
    config = model_server_config_pb2.ModelServerConfig()
    try:
        return text_format.Parse(path.read_text(encoding="utf-8"), config)
    except FileNotFoundError:
        return config
    except (OSError, ValueError, text_format.ParseError) as error:
        msg = f"{path}: {error}; expected a ModelServerConfig in text format"
        raise RegistryError(msg) from error


def _write(path: Path, text: str) -> None:
    """Replaces the file at once: a server that polls it reads the old one or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError as error:
        msg = (
            f"{path}: {error.strerror or error}; the labels stay as they were; "
            "make room, or let this user write there"
        )
        raise RegistryError(msg) from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        lock = path.with_name(f".{path.name}.lock").open("w")
    except OSError as error:
        msg = f"{path.parent}: {error.strerror or error}; let this user write there"
        raise RegistryError(msg) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
