"""Writes the requests of the load test, ready to be sent, in a process of its own.

`serving_requests.py MODEL EXAMPLES SCHEMA OUT`: MODEL is `<base>/<name>/<version>`, EXAMPLES the
folder of the evaluation split, SCHEMA the file of the contract. Below OUT, for every number of rows
a request has, stand pickled lists of bytes:

| file             | each of its items                                                       |
| ---------------- | ----------------------------------------------------------------------- |
| `examples-N`     | a PredictRequest to `serving_default`, N serialized tf.Examples          |
| `rows-N`         | a PredictRequest to `serve_rows`, N values a column                      |
| `rest-N`         | the body of `:predict`, N rows as objects                                |
| `fastapi-N`      | the body that the FastAPI server takes, N rows as objects                |
| `raw-N`          | a list of N serialized tf.Examples, for the model in process             |

The rows have no label, as they come when serving.
"""

import json
import math
import pickle
import sys
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

from components.training.requests import as_request, as_tensors
from components.training.signatures import EXAMPLES, SERVE_EXAMPLES, SERVE_ROWS
from schema import SERVING, columns, read_schema

# Different requests of each size; they are sent in turn.
_REQUESTS: Mapping[int, int] = {1: 512, 32: 64, 512: 8}


def main(model_path: str, examples_path: str, schema_path: str, out: str) -> None:
    """Writes all of them."""
    model = Path(model_path)
    name = model.parent.name
    inputs = tf.saved_model.load(model_path).signatures[SERVE_ROWS].structured_input_signature[1]
    dtypes = {column: spec.dtype for column, spec in inputs.items()}
    serving = {column.name for column in columns(read_schema(schema_path), SERVING)}
    files = [str(path) for path in sorted(Path(examples_path).iterdir())]
    records = tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()
    rows = cycle([as_request(record, serving) for record in records])
    for size, count in _REQUESTS.items():
        batches = [list(islice(rows, size)) for _ in range(count)]
        tensors = [as_tensors(batch, dtypes) for batch in batches]
        kinds = {
            "raw": batches,
            "examples": [_grpc(name, SERVE_EXAMPLES, {EXAMPLES: batch}) for batch in batches],
            "rows": [_grpc(name, SERVE_ROWS, batch) for batch in tensors],
            "rest": [_rest(_objects(batch)) for batch in tensors],
            "fastapi": [_fastapi(_objects(batch)) for batch in tensors],
        }
        for kind, requests in kinds.items():
            Path(out, f"{kind}-{size}").write_bytes(pickle.dumps(requests))


def _grpc(model: str, signature: str, inputs: Mapping[str, tf.Tensor | list[bytes]]) -> bytes:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    for name, tensor in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(tensor))
    return request.SerializeToString()


def _objects(tensors: Mapping[str, tf.Tensor]) -> list[dict[str, str | float]]:
    """One object a row."""
    lists = {name: tensor.numpy().tolist() for name, tensor in tensors.items()}
    return [
        {name: _plain(value) for name, value in zip(lists, row, strict=True)}
        for row in zip(*lists.values(), strict=True)
    ]


def _plain(value: bytes | float) -> str | float:
    return value.decode() if isinstance(value, bytes) else value


def _rest(rows: Sequence[Mapping[str, str | float]]) -> bytes:
    return json.dumps({"signature_name": SERVE_ROWS, "instances": rows}).encode()


def _fastapi(rows: Sequence[Mapping[str, str | float]]) -> bytes:
    """Without NaN, which strict JSON does not have: what is missing is left out."""
    present = [
        {
            name: value
            for name, value in row.items()
            if not (isinstance(value, float) and math.isnan(value))
        }
        for row in rows
    ]
    return json.dumps({"rows": present}).encode()


if __name__ == "__main__":
    main(*sys.argv[1:])
