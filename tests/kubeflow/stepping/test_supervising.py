"""Whatever becomes of the work, the log ends with its cause, and nothing of it goes on."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

KUBEFLOW = Path(__file__).resolve().parents[3] / "kubeflow"

BEGIN = """
import os, signal, subprocess, sys, time
from pathlib import Path
from stepping import supervising
supervising._TERMINATION_LOG = Path(sys.argv[1]) / "termination-log"
def fails(cause, status=1):
    (Path(scratch) / "cause").write_text(cause)
    return status
def work(folder):
    global scratch
    scratch = folder
    (Path(sys.argv[1]) / "scratch").write_text(str(folder))
"""
END = """
sys.exit(supervising.supervise("Trainer", work))
"""


@pytest.fixture
def start(tmp_path):
    """Starts a step that does some lines of Python."""
    started = []

    def begin(lines):
        body = "".join(f"    {line}\n" for line in lines.strip().splitlines())
        process = subprocess.Popen(
            [sys.executable, "-c", BEGIN + body + END, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{KUBEFLOW}:{KUBEFLOW.parent}"},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def ends(start):
    """Has a step run to its end; returns its status and the lines of its log."""

    def run(lines):
        process = start(lines)
        log, _ = process.communicate(timeout=20)
        return process.returncode, log.splitlines()

    return run


def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, ValueError):
            if condition():
                return
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def test_work_that_ends_well_has_no_last_word(ends):
    assert ends('print("20 steps")\nreturn 0') == (0, ["20 steps"])


def test_the_cause_is_the_last_line(ends):
    status, log = ends('print("20 steps")\nreturn fails("no rows in train")')

    assert status == 1
    assert log == ["20 steps", "Trainer failed: no rows in train"]


def test_a_gate_that_says_no_refuses(ends):
    assert ends('return fails("too many nulls", 3)') == (3, ["Trainer refused: too many nulls"])


def test_a_long_cause_is_said_whole_and_then_in_a_line(ends):
    _, log = ends(r'return fails("2 findings\n  fare\n  tips")')

    assert log == ["2 findings", "  fare", "  tips", "Trainer failed: 2 findings"]


@pytest.mark.parametrize(
    ("doing", "cause"),
    [
        ("os.kill(os.getpid(), 9)", "its process was killed by signal 9 (out of memory?)"),
        ("os.kill(os.getpid(), 11)", "its process was killed by signal 11"),
        ("os._exit(7)", "its process ended with status 7"),
    ],
)
def test_work_that_dies_without_a_word_has_a_cause_too(ends, doing, cause):
    status, log = ends(doing)

    assert status == 1
    assert log[-1] == f"Trainer failed: {cause}"


def test_kubernetes_is_told_the_cause_where_it_asks(ends, tmp_path):
    (tmp_path / "termination-log").touch()

    ends(r'return fails("2 findings\n  fare")')

    assert (tmp_path / "termination-log").read_text() == "Trainer failed: 2 findings\n  fare"


def test_kubernetes_is_told_nothing_where_it_does_not_ask(ends, tmp_path):
    ends('return fails("no rows")')

    assert not (tmp_path / "termination-log").exists()


@pytest.mark.parametrize("end", ["return 0", 'return fails("no rows")', "os.kill(os.getpid(), 9)"])
def test_the_temporary_folder_is_gone_afterwards(ends, tmp_path, end):
    ends(end)

    assert not Path((tmp_path / "scratch").read_text()).exists()


BUSY = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
script = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
several = [
    subprocess.Popen([sys.executable, "-c", script]),
    subprocess.Popen([sys.executable, "-c", script], start_new_session=True),
]
pids = " ".join(str(process.pid) for process in several)
(Path(sys.argv[1]) / "pids.partial").write_text(f"{os.getpid()} {pids}")
(Path(sys.argv[1]) / "pids.partial").rename(Path(sys.argv[1]) / "pids")
"""


def pids(tmp_path):
    return [int(pid) for pid in (tmp_path / "pids").read_text().split()]


def are_gone(several):
    return not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        for pid in several
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_step_and_everything_it_started(start, tmp_path, number):
    process = start(BUSY + "time.sleep(60)")
    until((tmp_path / "pids").exists)
    began = time.monotonic()

    process.send_signal(number)
    log, _ = process.communicate(timeout=10)

    assert time.monotonic() - began < 2
    assert process.returncode == 128 + number
    assert log.splitlines()[-1] == f"Trainer stopped: stopped by {number.name}"
    assert are_gone(pids(tmp_path))


def test_what_the_work_leaves_behind_does_not_outlive_the_step(ends, tmp_path):
    assert ends(BUSY + "return 0") == (0, [])
    assert are_gone(pids(tmp_path))
