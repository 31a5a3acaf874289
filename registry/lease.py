"""One at a time in a bucket, whatever store it is in.

Who wants to be alone puts a mark beside those of the others, and then looks: if no other is there,
it is alone. Whoever comes later sees its mark, takes the own one back and waits. This needs a store
that lists what was written before, as all of them do, and none of the conditions on writing that
some do not know.

A mark is written again and again while its owner lives, and counts for `STALE_S` seconds by the
store's own clock. So the mark of a dead one does not stand in the way for longer.
"""

import contextlib
import json
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime

from registry.bucket import BucketPath, Object
from registry.errors import RegistryError, StorageError
from registry.telling import Say, silent

LOCKS = ".locks"
"""The folder of all marks; TF Serving looks only at folders whose name is an integer."""

STALE_S = 90.0
_RENEW_S = 15.0
_WAIT_S = 600.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0
# Not for those who met by chance.
_TELL_AFTER_S = 1.0


class Lease:
    """Being alone, as long as it lasts.

    Attributes:
        now: When it began, by the store's clock.
    """

    def __init__(
        self, folder: BucketPath, mark: BucketPath, content: bytes, begun: float, now: datetime
    ) -> None:
        """Keeps a mark alive.

        Args:
            folder: Of all marks.
            mark: The own one, which has been written.
            content: What stands in it.
            begun: Right before it was written, on the monotonic clock.
            now: When it was written, by the store's clock.
        """
        self.now = now
        self._folder, self._mark, self._content = folder, mark, content
        self._renewed = begun
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def require(self) -> None:
        """Makes sure that it still lasts: to be called right before a write.

        Raises:
            StorageError: this process stood still for so long that another may be at work.
        """
        if self._is_old() or self._mark.name not in self._folder.files():
            msg = f"{self._folder}: held too long without a sign of life; run the command again"
            raise StorageError(msg)

    def end(self) -> None:
        """Takes the mark back."""
        self._end.set()
        self._thread.join()
        # It does not count for long.
        with contextlib.suppress(RegistryError):
            self._mark.remove()

    def _is_old(self) -> bool:
        return time.monotonic() - self._renewed > STALE_S - _RENEW_S

    def _renew(self) -> None:
        # What has not counted for a while is not brought back: another may be alone now.
        while not self._end.wait(_RENEW_S) and not self._is_old():
            begun = time.monotonic()
            with contextlib.suppress(RegistryError):
                self._mark.write(self._content)
                self._renewed = begun


@contextlib.contextmanager
def held(
    folder: BucketPath, doing: str, say: Say = silent, *, wait_s: float = _WAIT_S
) -> Iterator[Lease]:
    """Is alone for the length of the `with` block; waits while another is.

    Args:
        folder: Of the marks of all who want the same.
        doing: What whoever is alone does, in words.
        say: Takes a line about whom is waited for.
        wait_s: How long.

    Raises:
        RegistryError: the other took too long, or the store cannot be used.
    """
    mark = folder / secrets.token_hex(8)
    content = json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode()
    try:
        begun, now = _entered(folder, mark, content, doing, say, wait_s)
        lease = Lease(folder, mark, content, begun, now)
    except BaseException:
        with contextlib.suppress(RegistryError):
            mark.remove()
        raise
    try:
        yield lease
    finally:
        lease.end()


def alive(marks: Mapping[str, Object], now: datetime) -> list[str]:
    """The marks that count, by their names.

    Args:
        marks: As a listing has them.
        now: By the store's clock.
    """
    return [name for name, mark in marks.items() if (now - mark.changed).total_seconds() < STALE_S]


def _entered(
    folder: BucketPath, mark: BucketPath, content: bytes, doing: str, say: Say, wait_s: float
) -> tuple[float, datetime]:
    """Puts the mark there when no other counts; returns when, on our clock and the store's."""
    first, pause, is_told = time.monotonic(), _FIRST_PAUSE_S, False
    while True:
        begun = time.monotonic()
        mark.write(content)
        marks = dict(folder.files())
        mine = marks.pop(mark.name, None)
        counting = alive(marks, mine.changed) if mine else []
        if mine and not counting:
            for name in marks:
                (folder / name).remove()
            return begun, mine.changed
        mark.remove()
        holder = _holder(folder, counting)
        if begun - first > wait_s:
            msg = f"{folder}: {holder} is {doing} for too long; wait until it ends, or stop it"
            raise RegistryError(msg)
        if not is_told and begun - first > _TELL_AFTER_S:
            say(f"waiting for {holder}, which is {doing}")
            is_told = True
        # Two who met here must not meet again.
        time.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)


def _holder(folder: BucketPath, counting: list[str]) -> str:
    for name in counting:
        # It may have ended meanwhile.
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            said = json.loads((folder / name).read_bytes())
            return f"process {said['process']} on {said['host']}"
    return "another process"
