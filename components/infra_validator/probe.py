"""Loads a SavedModel and answers rows with it: run as a script, in a process of its own.

`python -I probe.py MODEL ROWS ANSWERS` imports nothing but TensorFlow, as a server would. ROWS is a
TFRecord file of serialized tf.Examples. ANSWERS is written as JSON:
`{"batch": [[…], …], "singles": [[…], …], "load_seconds": …, "p50_ms": …}`; floats are the outputs
of `serving_default`, a list a row.
"""

import json
import math
import os
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

import tensorflow as tf

SIGNATURE = "serving_default"


def main(model_path: str, rows_path: str, answers_path: str) -> None:
    """Answers all rows at once, and each alone."""
    started = time.monotonic()
    model = tf.saved_model.load(model_path)
    load_seconds = time.monotonic() - started
    if SIGNATURE not in model.signatures:
        sys.exit(f"no signature {SIGNATURE!r}; the model has {sorted(model.signatures)}")
    signature = model.signatures[SIGNATURE]
    rows = [record.numpy() for record in tf.data.TFRecordDataset(rows_path)]
    batch = _ask(signature, rows)
    singles, seconds = [], []
    for row in rows:
        began = time.monotonic()
        singles += _ask(signature, [row])
        seconds.append(time.monotonic() - began)
    answers = {
        "batch": batch,
        "singles": singles,
        "load_seconds": load_seconds,
        "p50_ms": 1000 * statistics.median(seconds),
    }
    Path(answers_path).write_text(json.dumps(answers), encoding="utf-8")


def _ask(signature: Any, rows: list[bytes]) -> list[list[float | str]]:
    """One list of floats a row, whatever the names and shapes of the outputs; texts left out."""
    (name,) = signature.structured_input_signature[1]
    outputs = signature(**{name: tf.constant(rows)})
    flat = [
        tf.reshape(tf.cast(outputs[key], tf.float64), [len(rows), -1])
        for key in sorted(outputs)
        if outputs[key].dtype != tf.string
    ]
    answers = tf.concat(flat, axis=1).numpy().tolist()
    # JSON knows no NaN.
    return [[value if math.isfinite(value) else str(value) for value in row] for row in answers]


def _end_with_parent() -> None:
    """Standard input is a pipe that closes when the parent dies: then there is no one to answer."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(*sys.argv[1:])
