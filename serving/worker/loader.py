"""The loader: a process that imports TensorFlow once and forks a worker for each version.

Run as `python -m serving.worker.loader`; standard input is a Unix socket to the server. On it come
requests, one JSON a line, each with the socket that its worker is to talk over; back goes one line
when TensorFlow is imported.

The import takes seconds and most of the memory that a worker needs; forked, both are had once.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from typing import Any

READY = b"ready\n"

_LINE = 1 << 16
_FDS = 16


def main() -> None:
    """Forks what it is asked for until the server closes the socket."""
    # Ctrl-C reaches the whole group of the terminal; the server decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Imports make a million objects that stay: collecting among them costs a quarter of the time.
    gc.disable()
    from serving.worker import saved_model  # noqa: F401

    gc.freeze()
    gc.enable()
    _Loader(socket.socket(fileno=0)).serve()


class _Loader:
    """Requests in, workers forked, their ends written down."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, str] = {}
        self._lines = b""
        self._sockets: list[int] = []
        self._woken, wake = os.pipe()
        for end in (self._woken, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)

    def serve(self) -> None:
        self._control.sendall(READY)
        while True:
            control = self._control.fileno()
            readable, _, _ = select.select([control, self._woken], [], [])
            if self._woken in readable:
                os.read(self._woken, _LINE)
                self._reap()
            if control in readable and not self._answer():
                return

    def _answer(self) -> bool:
        """Forks for the requests that arrived; False when the server has gone."""
        piece, sockets, _, _ = socket.recv_fds(self._control, _LINE, _FDS)
        self._sockets += sockets
        *lines, self._lines = (self._lines + piece).split(b"\n")
        for line in lines:
            self._fork(json.loads(line), self._sockets.pop(0))
        return bool(piece)

    def _fork(self, request: dict[str, Any], connection: int) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            _be_worker(request, connection)
        os.close(connection)
        self._children[pid] = request["path"]

    def _reap(self) -> None:
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                path, code = self._children.pop(pid), os.waitstatus_to_exitcode(status)
                sys.stderr.write(f"worker {pid} of {path} ended with status {code}\n")


def _be_worker(request: dict[str, Any], connection: int) -> None:
    """Serves one version in the forked process, and never returns."""
    from serving.worker import process

    status = 1
    try:
        process.serve(socket.socket(fileno=connection), request["path"], request["threads"])
        status = 0
    except Exception:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        # No interpreter shutdown: what the loader would do at its end is not the worker's to do.
        os._exit(status)


if __name__ == "__main__":
    main()
