"""The model base directory: which versions there are, where they come from, which one is stable.

    version = push(saved_model, base, "taxi", record)
    set_label(base, "taxi", "stable", version)
    assert stable_version(base, "taxi") == version

It is TF Serving's own layout, so the real server needs no adapter:

    <base>/models.config                     labels, as ModelServerConfig in text format
    <base>/<model>/<version>/saved_model.pb  a version, whole or not there
    <base>/<model>/<version>/record.json     where it came from
    <base>/<model>/<version>/manifest.json   the checksum of each of its files
"""

from registry.baseline import NO_DIGEST, baseline_version
from registry.errors import RegistryError
from registry.labels import labels, set_label, stable_version
from registry.manifest import digest
from registry.pushing import push
from registry.record import Record
from registry.versions import is_whole, read_record, version_dir, versions

__all__ = [
    "NO_DIGEST",
    "Record",
    "RegistryError",
    "baseline_version",
    "digest",
    "is_whole",
    "labels",
    "push",
    "read_record",
    "set_label",
    "stable_version",
    "version_dir",
    "versions",
]
