"""What a person sees at a terminal, and what Ctrl-C does there."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from tests.kubeflow.manifests import PROJECT
from tests.kubeflow.submitting.runs import failed_run, step


@pytest.fixture
def at_terminal(kfp):
    """Starts a command at a terminal of its own; returns the process and the terminal."""
    started = []

    def start(*words):
        ours, theirs = pty.openpty()
        environment = os.environ | {"COLUMNS": "100", "LINES": "40", "TERM": "xterm"}
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "kubeflow" / "submit.py"), *map(str, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            # A shell has what runs in its background ignore the signal, and so would the command.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(theirs)
        started.append(process)
        return process, ours

    yield start
    for process in started:
        process.kill()
        process.wait()


def read(terminal, until=None, timeout_s=30):
    """What the terminal shows, to the end or until a text appears."""
    seen, deadline = b"", time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                # The other side is closed.
                break
            seen += part
        if until is not None and until in seen:
            break
    return seen.decode()


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")


def test_a_live_table_then_the_summary(kfp, file, at_terminal):
    failed_run(kfp)
    kfp.steps = [change for change in kfp.steps for _ in range(3)]
    process, terminal = at_terminal("--file", file, "--every", "0.2")

    seen = read(terminal)

    assert process.wait(10) == 1
    live, _, summary = plain(seen).rpartition("✓ ExampleGen")
    assert "▶ Trainer" in live
    assert "attempt 2" in live
    # The lines of a run without a terminal are not there.
    assert "Trainer failed in" not in live
    assert "✗ Trainer" in summary
    assert "no space left on device" in summary
    assert "failed in 7 min: 1 done, 1 failed, 1 not run" in summary


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_kill_leave_the_run_alone(kfp, file, at_terminal, number):
    kfp.steps = [step(ExampleGen="running")] * 1000
    process, terminal = at_terminal("--file", file, "--every", "0.1")
    read(terminal, until=b"running")

    process.send_signal(number)
    seen = plain(read(terminal))

    assert process.wait(10) == 130
    run_id = kfp.runs[0]["run_id"]
    assert f"the run goes on: `tfxp kubeflow status {run_id} --follow` follows it again" in seen
    assert "Traceback" not in seen
    assert not [line for line in kfp.asked if "terminate" in line or "DELETE" in line]
