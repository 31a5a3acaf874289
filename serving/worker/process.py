"""A worker: loads one version, warms it, and answers until the server closes the socket."""

import queue
import socket
import threading
from typing import Any

from serving.worker.arrays import flattened, restored
from serving.worker.errors import refusal_of
from serving.worker.frames import pack, received
from serving.worker.saved_model import SavedModel
from serving.worker.warmup import warm_up


def serve(connection: socket.socket, path: str, threads: int) -> None:
    """Runs what is asked, some at once, and returns when the other end is closed.

    The calling thread does nothing but read, so that the end is noticed at once, also while the
    model loads or runs.

    Args:
        connection: To the server.
        path: Folder of the version.
        threads: Requests that run at once.
    """
    _Worker(connection).serve(path, threads)


class _Worker:
    """Messages in, answers out."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._asked: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()

    def serve(self, path: str, threads: int) -> None:
        threading.Thread(target=self._load, args=(path, threads), daemon=True).start()
        for message in received(self._connection):
            self._asked.put(message)

    def _load(self, path: str, threads: int) -> None:
        try:
            model = SavedModel(path)
            warm_up(model, path)
        except Exception as error:
            self._send(("failed", *refusal_of(error)))
            return
        self._send(("loaded", model.signatures))
        for _ in range(threads):
            threading.Thread(target=self._answer, args=(model,), daemon=True).start()

    def _answer(self, model: SavedModel) -> None:
        while True:
            number, signature, inputs, outputs = self._asked.get()
            try:
                answer: Any = flattened(model.run(signature, restored(inputs), outputs))
            except Exception as error:
                # Plain: reading a class of ours, the server would import this module's TensorFlow.
                answer = tuple(refusal_of(error))
            self._send((number, answer))

    def _send(self, message: Any) -> None:
        packed = pack(message)
        with self._sending:
            self._connection.sendall(packed)
