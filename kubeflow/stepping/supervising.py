"""The process that stays light: it waits for the one that works, stops it, and has the last word.

The work is done in a child, so that a step that is killed for its memory, or crashes in a library,
still ends with a cause in the log, and nothing that a library prints as it ends comes after it.
"""

import contextlib
import faulthandler
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from stepping.descendants import adopt_orphans, kill_descendants

FAILED = 1
_REFUSED = 3
_SIGNALLED = 128
_TERMINATION_LOG = Path("/dev/termination-log")
_LONGEST = 4000

Work = Callable[[Path], int]


def supervise(step: str, work: Work) -> int:
    """Does the work in a child process; returns the exit status of the step.

    Args:
        step: The step's name, for the log.
        work: Given a folder of its own, returns 0, or another status after it has written the
            cause to the folder's file `cause`.
    """
    try:
        scratch = Path(tempfile.mkdtemp(prefix="tfxp-"))
    except OSError as error:
        return _last_words(step, FAILED, f"no folder for temporary files: {error.strerror}")
    adopt_orphans()
    child = os.fork()
    if child == 0:
        _be_child(work, scratch)
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)
        kill_descendants(child)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        status = _wait(child)
        # Whatever the work has started and left behind: servers, workers.
        kill_descendants(child)
        if stopped:
            name = signal.Signals(stopped[0]).name
            return _last_words(step, _SIGNALLED + stopped[0], f"stopped by {name}")
        return _last_words(step, *_outcome(status, scratch))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _be_child(work: Work, scratch: Path) -> None:
    """Does the work in a process group of its own, and never returns."""
    status = FAILED
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        faulthandler.enable()
        status = work(scratch)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Without the interpreter's own end, in which libraries take seconds to say good-bye.
        os._exit(status)


def _wait(child: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def _outcome(status: int, scratch: Path) -> tuple[int, str]:
    if status == 0:
        return 0, ""
    with contextlib.suppress(FileNotFoundError):
        return status, (scratch / "cause").read_text(encoding="utf-8")
    if status < 0:
        why = " (out of memory?)" if -status == signal.SIGKILL else ""
        return FAILED, f"its process was killed by signal {-status}{why}"
    return FAILED, f"its process ended with status {status}"


def _last_words(step: str, status: int, cause: str) -> int:
    """Ends the log with the cause in a line; a long cause stands before it, whole."""
    if status == 0:
        return 0
    first, *more = cause.strip().splitlines() or ["no cause was given"]
    word = "refused" if status == _REFUSED else "stopped" if status > _SIGNALLED else "failed"
    line = f"{step} {word}: {first}"
    # Nobody may be reading any more.
    with contextlib.suppress(OSError):
        if more:
            print(cause.strip(), file=sys.stderr, flush=True)
        # The two streams may be two pipes, which whoever collects them reads in turn.
        time.sleep(0.05)
        print(line, file=sys.stderr, flush=True)
    # Kubernetes shows it beside the pod. It makes the file; where it did not, there is none.
    with contextlib.suppress(OSError):
        if _TERMINATION_LOG.exists():
            _TERMINATION_LOG.write_bytes(f"{step} {word}: {cause.strip()}".encode()[:_LONGEST])
    return status
