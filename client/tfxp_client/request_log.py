"""Requests and their answers on disk: a sample, without personal data, off the request's path.

The server of `tfxp serve` writes it, and a client in front of a stock TF Serving can:

    with RequestLog("var/requests", share=0.1, redact=["rider"]) as log:
        client = Client("localhost:8500", request_log=log)

Below the folder a finished file is
`2026-11-25/requests-143005-<host>-<pid>-<n>.tfrecord.gz`, day and time in UTC: TFRecords of TF
Serving's PredictionLog. A file that is being written begins with a dot.
"""

import atexit
import hashlib
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from google.protobuf.message import EncodeError, Message

from tfxp_client.request_ids import HEADER as REQUEST_ID
from tfxp_client.request_ids import new_id as new_request_id
from tfxp_client.request_log_files import Files, Rotation
from tfxp_client.request_log_records import Entry, entry_of, framed, prediction_log
from tfxp_client.request_log_redaction import Redaction
from tfxp_client.request_log_writer import Writer

__all__ = ["REQUEST_ID", "RequestLog", "Rotation", "new_request_id"]

_ID_CHARACTERS = 128


class RequestLog:
    """Writes a share of the requests, with their answers, as TFRecords of PredictionLog.

    `offer` never waits and never fails: a thread takes out personal data and writes. What it
    cannot keep up with, and what the disk refuses, is counted as lost. A full or missing disk is
    said once, and tried again.

    A PredictionLog holds the request and the response; in `log_metadata` the model's name, version
    and signature, the share as `sampling_config.sampling_rate`, the time as `timestamp_secs`, and
    the request's id as `request_origin`, which TF Serving leaves to whoever writes the log.

    Attributes:
        folder: Dated folders are made below it.
        share: Of the requests, 0 to 1.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        share: float = 1.0,
        redact: Collection[str] = (),
        keep: Collection[str] | None = None,
        rotation: Rotation | None = None,
        max_waiting_bytes: int = 64 * 2**20,
        retry_s: float = 30.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Starts the thread; the folder is made with the first file.

        Args:
            folder: Where the dated folders go.
            share: Of the requests, 0 to 1. Which ones follows from their ids alone, so that a
                client and a server with one share log the same requests.
            redact: Columns that are written nowhere: no input or output of that name, and no
                feature of that name in a tf.Example. An input is named as its tensor is.
            keep: Columns that a tf.Example is written with; others are left out. None keeps all
                but those of `redact`.
            rotation: When a file is finished and the next begun; None after 64 MiB or 5 minutes.
            max_waiting_bytes: Of requests and answers that are not written yet; beyond, they are
                lost.
            retry_s: Seconds between two attempts on a disk that refuses.
            now: Seconds since 1970.

        Raises:
            ValueError: the share is not between 0 and 1.
        """
        if not 0 <= share <= 1:
            msg = f"share must be between 0 and 1, got {share}"
            raise ValueError(msg)
        self.folder, self.share = Path(folder), share
        redaction = Redaction(frozenset(redact), None if keep is None else frozenset(keep))

        def record(entry: Entry) -> bytes:
            return framed(prediction_log(entry, share, redaction).SerializeToString())

        self._now = now
        self._files = Files(self.folder, rotation or Rotation(), now)
        self._writer = Writer(self._files, record, max_waiting_bytes, retry_s)
        self._thread = threading.Thread(target=self._writer.run, name="request-log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    @property
    def written(self) -> int:
        """Requests in finished files."""
        return self._files.written

    @property
    def lost(self) -> int:
        """Requests of the sample that were not, and will not be, written."""
        return self._writer.lost

    def takes(self, request_id: str) -> bool:
        """Whether the request with this id is in the sample.

        Whoever has to build the messages first need not for one that is not.
        """
        if self.share >= 1:
            return True
        digest = hashlib.blake2b(request_id.encode(errors="replace"), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.share * 2**64

    def offer(self, request: Message, response: Message, *, request_id: str = "") -> None:
        """Hands over a request and its answer; returns at once and raises nothing.

        Both are serialized here: afterwards they are the caller's to change.

        Args:
            request: PredictRequest, ClassificationRequest, RegressionRequest or
                MultiInferenceRequest, of `tfxp_client.wire` or of TF Serving's own modules.
            response: What it was answered with. Its `model_spec` has the version that answered.
            request_id: The client's, from the metadata `x-request-id`; empty makes one. No more
                than 128 characters of it are kept.
        """
        request_id = request_id[:_ID_CHARACTERS] or new_request_id()
        if not self.takes(request_id):
            return
        try:
            entry = entry_of(request, response, request_id, self._now())
        except (KeyError, EncodeError):
            # Neither kind of message comes from this project; an answer is not lost over it.
            self._writer.lose()
            return
        self._writer.put(entry)

    def close(self, timeout_s: float = 10.0) -> None:
        """Writes what waits and finishes the file; what is offered afterwards is lost.

        Args:
            timeout_s: A disk that does not answer is waited for that long.
        """
        atexit.unregister(self.close)
        self._writer.stop()
        self._thread.join(timeout_s)

    def __enter__(self) -> "RequestLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
