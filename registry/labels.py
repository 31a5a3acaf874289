"""The labels of versions, in the file that TF Serving reads: `--model_config_file`."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from registry.errors import RegistryError
from registry.versions import versions

STABLE = "stable"
CONFIG = "models.config"


def labels(base: Path, model: str) -> dict[str, int]:
    """Returns the model's labels and the versions that they stand for.

    Raises:
        RegistryError: the configuration cannot be read.
    """
    for entry in _read(Path(base) / CONFIG).model_config_list.config:
        if entry.name == model:
            return dict(entry.version_labels)
    return {}


def stable_version(base: Path, model: str) -> int:
    """Returns the version that is labelled stable; 0 if none is.

    Raises:
        RegistryError: the label stands for a version that is not there.
    """
    version = labels(base, model).get(STABLE, 0)
    if version and version not in versions(base, model):
        msg = (
            f"{Path(base) / CONFIG}: label {STABLE!r} of model {model!r} stands for version "
            f"{version}, which is not in {Path(base) / model}; "
            "move the label, or restore the version"
        )
        raise RegistryError(msg)
    return version


def set_label(base: Path, model: str, label: str, version: int) -> None:
    """Moves a label; other labels, models and settings of the file stay as they are.

    The server is told to load exactly the labelled versions.

    Raises:
        RegistryError: there is no such version, or the file cannot be read.
    """
    if version not in versions(base, model):
        msg = f"label {label!r}: model {model!r} has no version {version} in {Path(base) / model}"
        raise RegistryError(msg)
    path = Path(base) / CONFIG
    with _locked(path):
        config = _read(path)
        for entry in config.model_config_list.config:
            if entry.name == model:
                break
        else:
            entry = config.model_config_list.config.add(
                name=model, base_path=str((Path(base) / model).absolute())
            )
            entry.model_platform = "tensorflow"
        entry.version_labels[label] = version
        del entry.model_version_policy.specific.versions[:]
        entry.model_version_policy.specific.versions.extend(
            sorted(set(entry.version_labels.values()))
        )
        _write(path, text_format.MessageToString(config))


def _read(path: Path) -> model_server_config_pb2.ModelServerConfig:
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
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
