"""The executor host: a process that imports TFX once and forks a child for each node.

Run as `python -m pipeline.runner.host`. It reads one JSON request a line on standard input and
writes one JSON event a line on standard output; `executors.py` is the other end. What a node gets
is what a cluster's container would get: inputs, outputs, parameters. It never sees the store.

Importing TFX and its libraries takes ten seconds, so the host imports each node's executor in the
order of the flow while the first nodes already run, and a child finds everything in memory.
"""

import contextlib
import faulthandler
import gc
import json
import os
import select
import signal
import sys
from typing import IO, Any

_IDLE_S = 0.05


def main() -> None:
    """Serves requests until standard input ends, then stops every child."""
    events = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    # Libraries print to the standard streams as they like: it belongs in the log, not among events.
    log = os.open(sys.argv.pop(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # Ctrl-C reaches the whole group of the terminal; the runner decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Imports make a million objects that stay: collecting among them costs a quarter of the time.
    gc.disable()
    _Host(events).serve()


class _Host:
    """Requests in, children forked, events out."""

    def __init__(self, events: IO[str]) -> None:
        self._events = events
        self._children: dict[int, str] = {}
        self._to_import: list[str] = []
        self._buffer = b""
        self._open = True

    def serve(self) -> None:
        while self._open:
            self._read_requests(wait_s=0.0 if self._to_import else _IDLE_S)
            self._reap()
            if self._to_import:
                _import_class(self._to_import.pop(0))
        for pid in self._children:
            _kill_group(pid)

    def _read_requests(self, wait_s: float) -> None:
        readable, _, _ = select.select([0], [], [], wait_s)
        if not readable:
            return
        chunk = os.read(0, 1 << 16)
        if not chunk:
            self._open = False
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            self._answer(json.loads(line))

    def _answer(self, request: dict[str, Any]) -> None:
        match request["do"]:
            case "import":
                self._to_import.extend(request["executors"])
            case "compile" | "run":
                _import_class(request["needs"])
                self._fork(request)
            case "stop":
                for pid, name in self._children.items():
                    if name == request["name"]:
                        _kill_group(pid)

    def _fork(self, request: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            _be_child(request)
        # Here and in the child: whichever comes first, the group exists before anyone stops it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        self._children[pid] = request["name"]

    def _reap(self) -> None:
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                name = self._children.pop(pid)
                event = {"name": name, "status": os.waitstatus_to_exitcode(status)}
                self._events.write(json.dumps(event) + "\n")


def _be_child(request: dict[str, Any]) -> None:
    """Does one request in a forked child, with its own log, and never returns."""
    from pipeline.runner import execute
    from pipeline.runner.orphans import die_with_parent

    # What was imported is nobody's garbage; and left alone, its pages stay shared with the host.
    gc.freeze()
    gc.enable()
    # A group of its own, so that whatever the node starts can be stopped with it.
    os.setpgid(0, 0)
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    faulthandler.enable()
    die_with_parent()
    status = 1
    try:
        status = execute.answer(request)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # No interpreter shutdown: the host's atexit handlers are not the child's to run.
        os._exit(status)


def _import_class(dotted_path: str) -> None:
    """Imports ahead; an error is left for the child that needs the class, where it is reported."""
    module, _, _ = dotted_path.rpartition(".")
    try:
        __import__(module)
    except Exception as error:
        sys.stderr.write(f"importing {module}: {error!r}\n")


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    main()
