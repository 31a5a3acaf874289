"""Keeps a command running for as long as somebody listens: run as a script, in its own process.

`python -I keeper.py COMMAND…` starts the command in a process group of its own. When standard input
closes, which it also does when the one who holds its other end is killed, the whole group is asked
to end and, a moment later, killed. Ends with the status of the command; standard library only.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

_MERCY_S = 3.0
_LOOK_S = 0.02


def main(command: list[str]) -> int:
    """Returns the status of the command, 128 + the signal that killed it."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_end_with_listener, args=(child,), daemon=True).start()
    status = child.wait()
    # What it left behind: a server that crashes has no time to stop its workers.
    _signal(child.pid, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def _end_with_listener(child: subprocess.Popen[bytes]) -> None:
    # Not sys.stdin, whose lock a thread that waits in it keeps when the interpreter ends.
    while os.read(0, 4096):
        pass
    _signal(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + _MERCY_S
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    _signal(child.pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
