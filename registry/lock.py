"""One move of labels, or one removal, at a time on one model.

On a disk the operating system drops the lock when its holder dies, however it dies; in a bucket it
stands for a while longer.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from registry.bucket import BucketPath
from registry.errors import RegistryError
from registry.lease import LOCKS, held
from registry.places import Base
from registry.telling import Say

_FILE = ".rollout.lock"
_WAIT_S = 600.0
_LOOK_EVERY_S = 0.1

_DOING = "moving labels of the same model"

StillHeld = Callable[[], None]
"""Raises RegistryError where the lock has been lost: to be called right before a write."""


@contextlib.contextmanager
def rollout_lock(
    base: Base, model: str, say: Say, *, wait_s: float = _WAIT_S
) -> Iterator[StillHeld]:
    """Holds the model's lock for the length of the `with` block; waits while another holds it.

    Raises:
        RegistryError: the other one held it too long, or the model has no folder to write in.
    """
    if isinstance(base, BucketPath):
        with held(base / model / LOCKS / "rollout", _DOING, say, wait_s=wait_s) as lease:
            yield lease.require
        return
    path = base / model / _FILE
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        msg = f"{path.parent}: {error.strerror or error}; push a model first, or mend the folder"
        raise RegistryError(msg) from error
    with file:
        _acquire(file, path, say, time.monotonic() + wait_s)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield _is_held


def _is_held() -> None:
    """The system takes it from nobody."""


def _acquire(file: TextIO, path: Path, say: Say, deadline: float) -> None:
    told = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            file.seek(0)
            holder = f"process {file.read().strip() or 'unknown'}"
            if time.monotonic() > deadline:
                msg = f"{holder} holds {path} for too long; wait until it ends, or stop it"
                raise RegistryError(msg) from error
            if not told:
                say(f"waiting for {holder}, which is {_DOING}")
                told = True
            time.sleep(_LOOK_EVERY_S)
