"""Everything that a step has started, also in sessions of its own: found and ended."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

_SET_CHILD_SUBREAPER = 36
_MERCY_S = 5.0


def adopt_orphans() -> None:
    """Makes this process the parent of what its descendants leave behind, where Linux can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_descendants(child: int) -> None:
    """Kills the group of `child`, and every other descendant of this process.

    Args:
        child: A child whose end is awaited elsewhere.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    deadline = time.monotonic() + _MERCY_S
    # Once more for what was started meanwhile, or left behind by what was killed.
    while (alive := _descendants(os.getpid()) - {child}) and time.monotonic() < deadline:
        for pid in alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in alive:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)


def _descendants(root: int) -> set[int]:
    children: dict[int, set[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            # The name in brackets may hold anything; the parent stands behind it.
            parent = int(place.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, set()).add(int(place.parent.name))
    found: set[int] = set()
    waiting = [root]
    while waiting:
        new = children.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
