"""Starts model servers for measurements and stops them: each is a process with its log."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runs import PROJECT

_START_S = 120
_STOP_S = 30


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Attributes:
        pid: Of its first process.
        grpc: Port; None without gRPC.
        rest: Port.
        log: What it prints.
    """

    pid: int
    grpc: int | None
    rest: int
    log: Path


@contextmanager
def embedded(work_dir: Path, *arguments: str | Path) -> Iterator[Server]:
    """Our own, on free ports; `arguments` are those of `python -m serving`."""
    ports = ["--grpc-port", "0", "--rest-port", "0", "--ports-file", work_dir / "ports.json"]
    with started([sys.executable, "-m", "serving", *ports, *arguments], work_dir) as server:
        yield server


@contextmanager
def fastapi(work_dir: Path, model: Path) -> Iterator[Server]:
    """The peer, round the SavedModel in the folder `model`."""
    script = PROJECT / "benchmarks" / "serving_fastapi.py"
    command = [sys.executable, script, model, work_dir / "ports.json"]
    with started(command, work_dir) as server:
        yield server


@contextmanager
def started(command: Sequence[str | Path], work_dir: Path) -> Iterator[Server]:
    """A server that writes its ports to `ports.json` in its folder when it answers.

    Raises:
        RuntimeError: it ended, or does not answer in time; the message has the end of its log.
    """
    work_dir.mkdir(parents=True, exist_ok=True)
    log, ports_file = work_dir / "server.log", work_dir / "ports.json"
    ports_file.unlink(missing_ok=True)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            list(map(str, command)), stdout=sink, stderr=subprocess.STDOUT, cwd=PROJECT
        )
    try:
        ports = _ports(process, ports_file, log)
        yield Server(process.pid, ports.get("grpc"), ports["rest"], log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ports(process: subprocess.Popen[bytes], ports_file: Path, log: Path) -> dict[str, int]:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return json.loads(ports_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    msg = f"the server did not start; its log ends with:\n{tail}"
    raise RuntimeError(msg)
