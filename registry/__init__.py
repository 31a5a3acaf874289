"""The model base directory: which versions there are, where they come from, which one is stable.

    version = push(saved_model, base, "taxi", record)
    set_label(base, "taxi", "stable", version)
    assert stable_version(base, "taxi") == version

It is a folder, or in a bucket (`base_of`). The layout is TF Serving's own, so that the real server
needs no adapter:

    <base>/models.config                     labels, as ModelServerConfig in text format
    <base>/<model>/<version>/saved_model.pb  a version, whole or not there
    <base>/<model>/<version>/record.json     where it came from
    <base>/<model>/<version>/manifest.json   the checksum of each of its files

`registry.rollout` moves a label with a running server asked first, and `registry.removing` removes
old versions; they bring gRPC with them, and are imported by their names.
"""

from registry.baseline import NO_DIGEST, baseline_version
from registry.errors import RegistryError, ServerError, StorageError, VersionRefused
from registry.labels import CANARY, STABLE, labels, set_label, stable_version
from registry.manifest import digest
from registry.places import Base, base_of
from registry.pushing import push
from registry.record import Record
from registry.taking import copy_version
from registry.versions import (
    is_whole,
    read_record,
    version_dir,
    version_of_digest,
    versions,
)

__all__ = [
    "CANARY",
    "NO_DIGEST",
    "STABLE",
    "Base",
    "Record",
    "RegistryError",
    "ServerError",
    "StorageError",
    "VersionRefused",
    "base_of",
    "baseline_version",
    "copy_version",
    "digest",
    "is_whole",
    "labels",
    "push",
    "read_record",
    "set_label",
    "stable_version",
    "version_dir",
    "version_of_digest",
    "versions",
]
