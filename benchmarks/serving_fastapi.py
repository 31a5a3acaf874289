"""The peer of the load test: a SavedModel behind FastAPI, as courses on serving teach it.

`serving_fastapi.py MODEL PORTS_FILE`: one process; a pydantic model of a row with the columns of
`serve_rows`, an endpoint that makes tensors of the rows, asks the signature, and answers in JSON.
The endpoint is an ordinary function, so FastAPI runs it in its pool of threads. When it listens,
`{"rest": port}` is written to PORTS_FILE.
"""

import json
import socket
import sys
from pathlib import Path
from typing import Any

import tensorflow as tf
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, create_model

_TYPES: dict[tf.DType, tuple[type, Any]] = {
    tf.float32: (float, float("nan")),
    tf.int64: (int, tf.int64.min),
    tf.string: (str, ""),
}


def application(model_path: str) -> FastAPI:
    """The web application round the model."""
    model = tf.saved_model.load(model_path)
    signature = model.signatures["serve_rows"]
    dtypes = {name: spec.dtype for name, spec in signature.structured_input_signature[1].items()}
    row_type: Any = create_model("Row", **{name: _TYPES[dtype] for name, dtype in dtypes.items()})

    class Rows(BaseModel):
        rows: list[row_type]

    class Answers(BaseModel):
        predictions: list[list[float]]

    app = FastAPI()

    @app.post("/predict")
    def predict(request: Rows) -> Answers:
        tensors = {
            name: tf.constant([getattr(row, name) for row in request.rows], dtype)
            for name, dtype in dtypes.items()
        }
        (answers,) = signature(**tensors).values()
        return Answers(predictions=answers.numpy().tolist())

    return app


def main(model_path: str, ports_file: str) -> None:
    """Serves until it is stopped."""
    app = application(model_path)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    Path(ports_file).write_text(json.dumps({"rest": listener.getsockname()[1]}), encoding="utf-8")
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run([listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
