"""Kills a command at every step that it writes, then runs it again; a script of its own.

Arguments: the base directory, the server's address, `promote` or `rollback`. Prints one JSON line a
step: what stood in the file when the command was dead, and after it had been run again.
"""

import json
import os
import signal
import sys
from pathlib import Path

from registry import history, models_config
from registry.models_config import read_entry
from registry.rollout import Rollout
from registry.server import Server


def main(base, address, command):
    rollout = Rollout(Path(base), "taxi", Server(address=address, timeout_s=20.0))
    for step in range(1, 100):
        assert in_child(lambda: prepare(rollout, command)) == 0
        died = in_child(lambda step=step: killed_at(step, getattr(rollout, command)))
        dead = plain(read_entry(rollout.base, "taxi"))
        if died == 0:
            break
        assert died == -signal.SIGKILL, died
        assert in_child(getattr(rollout, command)) == 0
        after = plain(read_entry(rollout.base, "taxi"))
        sys.stdout.write(json.dumps({"dead": dead, "after": after}) + "\n")


def prepare(rollout, command):
    """Stable is 1; before a rollback it has gone on to 2."""
    rollout.label("stable", 1)
    if command == "rollback":
        rollout.label("stable", 2)


def killed_at(step, run):
    """Counts the moment before each write, and the moment after it."""
    left = step

    def dying(write):
        def call(*args):
            nonlocal left
            for act in (None, write):
                if act:
                    act(*args)
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        return call

    models_config._write = dying(models_config._write)
    history.note = dying(history.note)
    run()


def in_child(run):
    """Returns the exit code; gRPC must not have been used before a fork."""
    child = os.fork()
    if child == 0:
        run()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def plain(entry):
    return {"labels": entry.labels, "versions": entry.versions}


if __name__ == "__main__":
    main(*sys.argv[1:])
