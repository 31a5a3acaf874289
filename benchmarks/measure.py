"""Times whole processes, and the memory of all their descendants together."""

import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_S = 1.0


@dataclass(frozen=True)
class Measured:
    """One whole process.

    Attributes:
        seconds: Wall time from start to end.
        peak_mib: Largest sum, over the process and its descendants, of their proportional shares
            of memory (PSS), sampled every second.
        output: Standard output and standard error, interleaved.
    """

    seconds: float
    peak_mib: float
    output: str


def measure(command: list[str], log: Path, cwd: Path) -> Measured:
    """Runs `command` to its end.

    Raises:
        RuntimeError: it ended with another status than 0.
    """
    with log.open("wb") as sink:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, cwd=cwd)
        peak = _Peak(process.pid)
        status = process.wait()
        seconds = time.monotonic() - started
    output = log.read_text(encoding="utf-8", errors="replace")
    if status:
        msg = f"{' '.join(command)} ended with status {status}; log: {log}"
        raise RuntimeError(msg)
    return Measured(seconds, peak.stop(), output)


class _Peak:
    """Samples the memory of a process tree until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._bytes = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, args=(pid,), daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return self._bytes / 2**20

    def _sample(self, pid: int) -> None:
        while not self._stopped.wait(_SAMPLE_S):
            try:
                root = psutil.Process(pid)
                family = [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self._bytes = max(self._bytes, sum(map(_share, family)))


def _share(process: psutil.Process) -> int:
    """PSS where the system tells it (Linux), else the unique set size."""
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return 0
    return int(getattr(memory, "pss", memory.uss))
