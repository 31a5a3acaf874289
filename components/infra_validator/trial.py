"""The trial of an exported model: a fresh process, real rows, a time limit, and a verdict."""

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

_PROBE = Path(__file__).with_name("probe.py")
_TAIL_LINES = 5
# Kernels are chosen by batch size, so the last bits may differ.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5


@dataclass(frozen=True)
class Verdict:
    """What the trial showed.

    Attributes:
        reason: Why the model may not be pushed; empty when it may.
        rows: How many rows it was asked.
        load_seconds: How long it took to load; None if it did not.
        p50_ms: Median time of an answer to one row, in milliseconds; None without answers.
    """

    reason: str
    rows: int
    load_seconds: float | None = None
    p50_ms: float | None = None


def try_model(model: Path, rows: Sequence[bytes], work_dir: Path, timeout_s: float) -> Verdict:
    """Has a fresh process load the model and answer the rows through `serving_default`.

    Args:
        model: The SavedModel's folder.
        rows: Serialized tf.Examples, as a client would send them.
        work_dir: For the files that pass between the processes.
        timeout_s: Limit for everything, in seconds.
    """
    rows_path, answers_path = work_dir / "rows.tfrecord", work_dir / "answers.json"
    with tf.io.TFRecordWriter(str(rows_path)) as writer:
        for row in rows:
            writer.write(row)
    # -I keeps the project, the working folder and the user's environment out of it.
    command = [sys.executable, "-I", _PROBE, model, rows_path, answers_path]
    log = work_dir / "probe.log"
    try:
        status = _run(list(map(str, command)), log, timeout_s)
    except subprocess.TimeoutExpired:
        return Verdict(f"no answer within {timeout_s:g} s", len(rows))
    if status != 0:
        return Verdict(_last_words(status, log), len(rows))
    answers = json.loads(answers_path.read_text(encoding="utf-8"))
    return Verdict(
        _fault(answers["batch"], answers["singles"], len(rows)),
        len(rows),
        answers["load_seconds"],
        answers["p50_ms"],
    )


def _run(command: list[str], log: Path, timeout_s: float) -> int:
    """Runs the probe; it is killed at the limit, and ends by itself when this process dies."""
    with (
        log.open("wb") as sink,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=sink
        ) as process,
    ):
        try:
            # Not communicate(), which would close standard input, the probe's sign of life.
            return process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _fault(
    batch: Sequence[Sequence[float | str]], singles: Sequence[Sequence[float | str]], rows: int
) -> str:
    """Says what is wrong with the answers; empty if nothing is."""
    if len(batch) != rows or len(singles) != rows:
        return f"{rows} rows were sent, {len(batch)} answers came back"
    for row, (together, alone) in enumerate(zip(batch, singles, strict=True), start=1):
        for value in together:
            if isinstance(value, str):
                return f"row {row} of {rows}: the answer is {value}, expected a finite number"
        if together != alone and not all(
            isinstance(b, float) and math.isclose(float(a), b, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
            for a, b in zip(together, alone, strict=True)
        ):
            return f"row {row} of {rows}: {together} in a batch, but {alone} alone"
    return ""


def _last_words(status: int, log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    tail = "\n".join(lines[-_TAIL_LINES:])
    what = f"its process was killed by signal {-status}" if status < 0 else "it does not answer"
    return f"{what}:\n{tail}"
