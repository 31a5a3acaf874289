"""Taking a version out of the model base directory."""

import shutil
from pathlib import Path

from registry.bucket import BucketPath
from registry.manifest import MANIFEST, require_intact
from registry.places import Base
from registry.versions import version_dir


def copy_version(base: Base, model: str, version: int, target: Path) -> None:
    """Copies the files of a version into a folder.

    What comes out of a bucket is compared with its checksums, if it was pushed with any.

    Args:
        base: The model base directory.
        model: The model's name.
        version: One that is there.
        target: The folder; made if it is not there.

    Raises:
        VersionRefused: it is not as it was pushed.
        StorageError: it cannot be read.
    """
    folder = version_dir(base, model, version)
    if not isinstance(folder, BucketPath):
        shutil.copytree(folder, target, dirs_exist_ok=True)
        return
    folder.download(target)
    if (target / MANIFEST).exists():
        require_intact(target, str(folder))
