"""Calls a model without a server: the most that any server of it could answer.

`serving_in_process.py MODEL REQUESTS SECONDS`: REQUESTS is a file that `serving_requests.py` wrote
as `raw-N`. Prints JSON with the names of `serving_load.Load`.
"""

import itertools
import json
import pickle
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

_WARM_UP = 20


def main(model_path: str, requests_path: str, seconds: float) -> None:
    """Calls `serving_default` with one request after the other."""
    signature = tf.saved_model.load(model_path).signatures["serving_default"]
    batches = pickle.loads(Path(requests_path).read_bytes())
    for batch in batches[:_WARM_UP]:
        _ask(signature, batch)
    latencies, rows = [], 0
    began, cpu = time.perf_counter(), time.process_time()
    for batch in itertools.cycle(batches):
        asked = time.perf_counter()
        _ask(signature, batch)
        answered = time.perf_counter()
        latencies.append(answered - asked)
        rows += len(batch)
        if answered - began > seconds:
            break
    elapsed = answered - began
    p50, p95, p99 = (1000 * np.percentile(latencies, [50, 95, 99])).tolist()
    load = {
        "rows_per_s": rows / elapsed,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "errors": 0,
        "client_cores": (time.process_time() - cpu) / elapsed,
    }
    print(json.dumps(load))


def _ask(signature: object, batch: list[bytes]) -> None:
    for answer in signature(examples=tf.constant(batch)).values():  # type: ignore[operator]
        answer.numpy()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
