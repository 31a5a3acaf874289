"""The thread between those who answer requests and the disk."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from google.protobuf.message import DecodeError

from tfxp_client.request_log_files import Files
from tfxp_client.request_log_records import Entry

_LOG = logging.getLogger(__name__)

_GATHER_S = 0.2
"""Entries wait so long for others: one block on disk, and one change of threads, for many."""

_BLOCK_BYTES = 2**20


class Writer:
    """Takes entries without waiting, and writes them in its own time."""

    def __init__(
        self,
        files: Files,
        encode: Callable[[Entry], bytes],
        max_waiting_bytes: int,
        retry_s: float,
    ) -> None:
        """Makes it; `run` is for a thread.

        Args:
            files: Where records go.
            encode: Makes the record.
            max_waiting_bytes: Beyond, entries are lost.
            retry_s: Seconds without an attempt after the disk has refused one.
        """
        self._files, self._encode = files, encode
        self._max_waiting_bytes, self._retry_s = max_waiting_bytes, retry_s
        self._changed = threading.Condition()
        self._entries: deque[Entry] = deque()
        self._waiting_bytes = 0
        self._dropped = 0
        self._is_stopping = False
        self._retry_at: float | None = None
        self._lost_before = 0

    @property
    def lost(self) -> int:
        """Entries that were not and will not be written."""
        return self._dropped + self._files.lost

    def put(self, entry: Entry) -> None:
        """Takes an entry, or counts it as lost when too much waits."""
        with self._changed:
            if (
                self._is_stopping
                or self._waiting_bytes
                and self._waiting_bytes + entry.size > self._max_waiting_bytes
            ):
                self._dropped += 1
                return
            self._entries.append(entry)
            self._waiting_bytes += entry.size
            # Between these two the thread sleeps until it has gathered some.
            if len(self._entries) == 1 or self._waiting_bytes >= _BLOCK_BYTES:
                self._changed.notify()

    def lose(self, count: int = 1) -> None:
        """Counts entries as lost."""
        with self._changed:
            self._dropped += count

    def stop(self) -> None:
        """Makes `run` write what waits, finish the file, and return."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()

    def run(self) -> None:
        """Writes until it is stopped."""
        while batch := self._next_batch():
            self._write(batch)
        self._on_disk(self._files.finish)

    def _next_batch(self) -> list[Entry]:
        """Waits for entries, finishing a file whose time has come; none when it is the end."""
        while True:
            with self._changed:
                self._changed.wait_for(self._has_news, self._files.due_in_s())
                self._changed.wait_for(self._is_enough, _GATHER_S if self._entries else 0)
                if self._entries or self._is_stopping:
                    return self._taken()
            self._on_disk(self._files.finish_if_due)

    def _has_news(self) -> bool:
        return bool(self._entries) or self._is_stopping

    def _is_enough(self) -> bool:
        return self._waiting_bytes >= _BLOCK_BYTES or self._is_stopping

    def _taken(self) -> list[Entry]:
        batch: list[Entry] = []
        size = 0
        while self._entries and size < _BLOCK_BYTES:
            batch.append(self._entries.popleft())
            size += batch[-1].size
        return batch

    def _write(self, batch: list[Entry]) -> None:
        if self._retry_at is not None and time.monotonic() < self._retry_at:
            self.lose(len(batch))
        else:
            records = self._encoded(batch)
            block = b"".join(records)
            if self._on_disk(lambda: self._files.append(block, len(records))):
                self._say_if_it_works_again()
            else:
                self.lose(len(records))
        with self._changed:
            self._waiting_bytes -= sum(entry.size for entry in batch)

    def _encoded(self, batch: list[Entry]) -> list[bytes]:
        records = []
        for entry in batch:
            try:
                records.append(self._encode(entry))
            except DecodeError as error:
                _LOG.warning("request log: request %s is left out: %s", entry.request_id, error)
                self.lose()
            # Whoever answers requests in this process gets its turn after each.
            time.sleep(0)
        return records

    def _on_disk(self, act: Callable[[], None]) -> bool:
        """Does it; that a disk refuses is said once."""
        lost = self.lost
        try:
            act()
        except OSError as error:
            if self._retry_at is None:
                self._lost_before = lost
                _LOG.warning(
                    "request log: %s; requests are answered and not logged; "
                    "make room, or let this user write there; tried again every %g s",
                    error,
                    self._retry_s,
                )
            self._retry_at = time.monotonic() + self._retry_s
            return False
        return True

    def _say_if_it_works_again(self) -> None:
        if self._retry_at is not None:
            lost = self.lost - self._lost_before
            _LOG.warning("request log: writing again; %d requests were lost", lost)
            self._retry_at = None
