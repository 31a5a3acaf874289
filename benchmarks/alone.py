"""Times one executor at a time, each in a process of its own."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runs import PROJECT


@dataclass(frozen=True)
class Result:
    """One executor on one input, or the medians of several runs of it."""

    seconds: float
    peak_mib: float


def last_line(script: str, *arguments: str | Path) -> str:
    """The last line that a script beside this one prints.

    Raises:
        RuntimeError: it ended with another status than 0.
    """
    done = subprocess.run(
        [sys.executable, str(PROJECT / "benchmarks" / script), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    if done.returncode:
        msg = f"{script} ended with status {done.returncode}:\n{done.stderr[-2000:]}"
        raise RuntimeError(msg)
    return done.stdout.splitlines()[-1]


def measured(script: str, *arguments: str | Path) -> Result:
    """What a script says of its executor: JSON with the names of `Result`."""
    return Result(**json.loads(last_line(script, *arguments)))


def median(results: Sequence[Result]) -> Result:
    """Of each figure by itself."""
    return Result(
        statistics.median(result.seconds for result in results),
        statistics.median(result.peak_mib for result in results),
    )
