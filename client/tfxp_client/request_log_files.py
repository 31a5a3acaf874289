"""Dated files of records that a reader meets whole or not at all."""

import contextlib
import gzip
import itertools
import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_NUMBERS = itertools.count(1)
"""One count for the process: two logs may write to one folder."""

_COMPRESSION = 4


@dataclass(frozen=True)
class Rotation:
    """When a file is finished and the next one begun; at midnight, UTC, in any case.

    Attributes:
        max_bytes: Of records, before compression.
        max_s: Seconds after its first record.
        compress: Whether files are gzip.
    """

    max_bytes: int = 64 * 2**20
    max_s: float = 300.0
    compress: bool = True


@dataclass
class _Open:
    """The file that is being written.

    Attributes:
        file: Unbuffered, under a name that begins with a dot.
        partial: That name.
        path: The name that it gets.
        opened: When, seconds since 1970.
        records: In it.
        record_bytes: Of those, before compression.
        length: Of the file, up to the end of its last whole block.
    """

    file: BinaryIO
    partial: Path
    path: Path
    opened: float
    records: int = 0
    record_bytes: int = 0
    length: int = 0


class Files:
    """Writes blocks of records, one file after the other.

    Every block is a gzip member of its own, which readers of gzip take for one stream. So a file
    can be ended after any block, also when the disk is full.

    Attributes:
        written: Records in finished files.
        lost: Records that were in a file that could not be finished.
    """

    def __init__(self, folder: Path, rotation: Rotation, now: Callable[[], float]) -> None:
        """Opens nothing yet.

        Args:
            folder: Dated folders are made below it.
            rotation: When a file is finished.
            now: Seconds since 1970.
        """
        self._folder, self._rotation, self._now = folder, rotation, now
        self._open: _Open | None = None
        self.written = 0
        self.lost = 0

    def append(self, block: bytes, records: int) -> None:
        """Writes records, in a new file if there is none.

        Raises:
            OSError: they could not be written; what was in the file before is finished or lost.
        """
        self.finish_if_due()
        if self._open is None:
            self._open = self._begin()
        target = self._open
        data = gzip.compress(block, _COMPRESSION, mtime=0) if self._rotation.compress else block
        try:
            _write(target.file, data)
        except OSError:
            # What is said is why no more could be written.
            with contextlib.suppress(OSError):
                self.finish()
            raise
        target.length += len(data)
        target.record_bytes += len(block)
        target.records += records
        self.finish_if_due()

    def due_in_s(self) -> float | None:
        """Seconds until the file is to be finished, if nothing is added; None without one."""
        if self._open is None:
            return None
        return max(self._open.opened + self._rotation.max_s - self._now(), 0.0)

    def finish_if_due(self) -> None:
        """Finishes the file if it is long enough, old enough, or of yesterday.

        Raises:
            OSError: it could not be finished, and its records are lost.
        """
        opened = self._open
        if opened is not None and (
            opened.record_bytes >= self._rotation.max_bytes
            or self._now() >= opened.opened + self._rotation.max_s
            or _day(self._now()) != _day(opened.opened)
        ):
            self.finish()

    def finish(self) -> None:
        """Gives the file its name, if there is one.

        Raises:
            OSError: it could not be finished, and its records are lost.
        """
        done, self._open = self._open, None
        if done is None:
            return
        try:
            with done.file:
                # Half a block may stand behind the last whole one.
                done.file.truncate(done.length)
                os.fsync(done.file.fileno())
            if done.records:
                done.partial.rename(done.path)
            else:
                done.partial.unlink()
        except OSError:
            self.lost += done.records
            with contextlib.suppress(OSError):
                done.partial.unlink()
            raise
        self.written += done.records

    def _begin(self) -> _Open:
        now = self._now()
        folder = self._folder / _day(now)
        folder.mkdir(parents=True, exist_ok=True)
        clock = time.strftime("%H%M%S", time.gmtime(now))
        host = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())
        suffix = ".tfrecord.gz" if self._rotation.compress else ".tfrecord"
        while True:
            name = f"requests-{clock}-{host}-{os.getpid()}-{next(_NUMBERS)}{suffix}"
            partial, path = folder / f".{name}.partial", folder / name
            # A process that was restarted at once may have its predecessor's name and number.
            if path.exists() or partial.exists():
                continue
            return _Open(partial.open("xb", buffering=0), partial, path, now)


def _write(file: BinaryIO, data: bytes) -> None:
    """All of it; a file without a buffer may take less at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
