"""A fit on disk, so that an attempt that was killed is gone on with rather than begun again."""

import dataclasses
import hashlib
import io
import json
import logging
import os
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tensorflow as tf

from components.training.fitting import Fit, Look
from components.training.steps import State
from registry import StorageError
from registry.bucket import BucketPath, bucket_path
from registry.storage import is_bucket

_log = logging.getLogger(__name__)

_EVERY_S = 30.0
_NAME_LENGTH = 16
# The trailer of a gzip file: a checksum of what is in it, and its size.
_TRAILER_BYTES = 8


class Checkpoint:
    """The place of one fit's state: a file named by what the fit depends on."""

    def __init__(
        self,
        folder: str,
        fingerprint: str,
        every_s: float = _EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Reads and writes nothing yet.

        Args:
            folder: Where it is, a path or in a bucket; a folder need not exist.
            fingerprint: See `fingerprint_of`: another fit never finds this one's state.
            every_s: How long, in seconds, nothing is saved after it was.
            clock: Readings in seconds.

        Raises:
            StorageError: it is in a bucket that cannot be used.
        """
        name = f"{fingerprint[:_NAME_LENGTH]}.npz"
        self.path = bucket_path(folder) / name if is_bucket(folder) else Path(folder) / name
        """The file."""
        self._fingerprint = fingerprint
        self._every_s = every_s
        self._clock = clock
        self._last = clock()
        self.resumed_from: int | None = None
        """The step that was gone on from; None until `load` has found one."""

    def load(self, beginning: State) -> Fit | None:
        """The fit as it was saved; None when it was not, or what is there is of no use.

        Args:
            beginning: A state as this fit's are, for the shapes.
        """
        stored = _opened(self.path)
        if stored is None:
            return None
        try:
            with stored, np.load(stored) as arrays:
                going = self._read(arrays, beginning)
        # Whatever a file may hold that was half written, or written by another version.
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, OSError) as error:
            _log.warning("the checkpoint %s is not used: %s; starting anew", self.path, error)
            return None
        self.resumed_from = going.step
        _log.info("going on from step %d, of the checkpoint %s", going.step, self.path)
        return going

    def offer(self, going: Fit) -> None:
        """Saves the fit, unless that was done just before."""
        if self._clock() - self._last >= self._every_s:
            self._save(going)
            self._last = self._clock()

    def remove(self) -> None:
        """Forgets the fit: it is done."""
        if isinstance(self.path, Path):
            self.path.unlink(missing_ok=True)
            return
        try:
            self.path.remove()
        except StorageError as error:
            _log.warning("the checkpoint stays where it is, of no use: %s", error)

    def _save(self, going: Fit) -> None:
        said = {
            "fingerprint": self._fingerprint,
            "best": going.best,
            "idle": going.idle,
            "looks": [dataclasses.asdict(look) for look in going.looks],
        }
        arrays = {
            **{str(n): value.numpy() for n, value in enumerate(tf.nest.flatten(going.state))},
            "best_weights": going.best_weights.numpy(),
            **{f"best_{n}": value.numpy() for n, value in enumerate(going.best_others)},
        }
        if isinstance(self.path, Path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # One name at any time is that of a whole file, also when the power goes.
            partial = self.path.with_suffix(".partial")
            with partial.open("wb") as file:
                _write(file, said, arrays)
                os.fsync(file.fileno())
            partial.replace(self.path)
            return
        content = io.BytesIO()
        _write(content, said, arrays)
        try:
            self.path.write(content.getvalue())
        except StorageError as error:
            # The fit is worth more than the place to go on from.
            _log.warning("no checkpoint was written: %s", error)

    def _read(self, arrays: Mapping[str, Any], beginning: State) -> Fit:
        said = json.loads(str(arrays["said"]))
        if said["fingerprint"] != self._fingerprint:
            raise ValueError("it is of another fit")
        flat = tf.nest.flatten(beginning)
        state = [_like(arrays[str(n)], value) for n, value in enumerate(flat)]
        return Fit(
            state=tf.nest.pack_sequence_as(beginning, state),
            best=said["best"],
            best_weights=_like(arrays["best_weights"], beginning.average),
            best_others=tuple(
                _like(arrays[f"best_{n}"], value) for n, value in enumerate(beginning.others)
            ),
            idle=said["idle"],
            looks=[Look(**look) for look in said["looks"]],
        )


def _opened(path: Path | BucketPath) -> BinaryIO | None:
    try:
        return path.open("rb") if isinstance(path, Path) else io.BytesIO(path.read_bytes())
    except FileNotFoundError:
        return None


def _write(file: BinaryIO, said: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    np.savez(file, said=np.array(json.dumps(said)), **arrays)
    file.flush()


def fingerprint_of(
    options: Mapping[str, Any],
    files: Sequence[str],
    transform_graph_path: str,
    schema_path: str,
    code: Sequence[str],
) -> str:
    """SHA-256, in hex, of what a fit depends on.

    Args:
        options: Plain values.
        files: Training files, gzip: of each, its size and the checksum that it ends with.
        transform_graph_path: Folder, of which all files count.
        schema_path: The curated schema.
        code: Fingerprints of the sources that fit: the weights of other code may have the same
            shapes and mean something else.
    """
    said = json.dumps([options, list(code)], sort_keys=True)
    digest = hashlib.sha256(said.encode())
    for file in sorted(files):
        with tf.io.gfile.GFile(file, "rb") as opened:
            opened.seek(max(opened.size() - _TRAILER_BYTES, 0))
            digest.update(f"{opened.size()}".encode() + opened.read(_TRAILER_BYTES))
    whole = sorted(
        f"{folder}/{name}"
        for folder, _, names in tf.io.gfile.walk(transform_graph_path)
        for name in names
    )
    for file in [*whole, schema_path]:
        with tf.io.gfile.GFile(file, "rb") as opened:
            digest.update(hashlib.sha256(opened.read()).digest())
    return digest.hexdigest()


def _like(array: Any, value: tf.Tensor) -> tf.Tensor:
    if array.shape != tuple(value.shape):
        raise ValueError(f"it has weights of shape {array.shape}, not {tuple(value.shape)}")
    return tf.constant(array, value.dtype)
