"""Loads a pushed model and asks every signature, without the project on the path.

Run as a script: `python -I stranger.py MODEL CSV` prints, as JSON, whether each signature answered
with a finite value for every row.
"""

import csv
import itertools
import json
import sys

PROJECT_ROOMS = {"pipeline", "components", "schema", "registry", "serving"}
ROWS = 64


class _NoProject:
    """Refuses the project's packages, wherever an editable installation has put them."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in PROJECT_ROOMS:
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, _NoProject)

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def main(model_path: str, table: str) -> None:
    model = tf.saved_model.load(model_path)
    with open(table, encoding="utf-8") as file:
        rows = list(itertools.islice(csv.DictReader(file), ROWS))
    columns = {
        name: spec.dtype
        for name, spec in model.signatures["serve_rows"].structured_input_signature[1].items()
    }
    without_label = tf.constant([serialized(row, columns) for row in rows])
    with_label = tf.constant([serialized(row, columns | {"tips": tf.float32}) for row in rows])
    answers = {
        "serving_default": model.signatures["serving_default"](examples=without_label),
        "serve_rows": model.signatures["serve_rows"](
            **{name: tf.stack([cell(row[name], t) for row in rows]) for name, t in columns.items()}
        ),
        "transform_features": model.signatures["transform_features"](examples=with_label),
    }
    sys.stdout.write(json.dumps({name: is_whole(answer) for name, answer in answers.items()}))


def serialized(row, columns) -> bytes:
    """One row as tf.Example; an empty cell is left out."""
    example = tf.train.Example()
    for name, dtype in columns.items():
        if row[name]:
            value, feature = cell(row[name], dtype).numpy(), example.features.feature[name]
            if dtype == tf.string:
                feature.bytes_list.value.append(value)
            elif dtype == tf.int64:
                feature.int64_list.value.append(value)
            else:
                feature.float_list.value.append(value)
    return example.SerializeToString()


def cell(text, dtype):
    """One value as a tensor; missing is NaN, the empty string or the smallest integer."""
    if dtype == tf.string:
        return tf.constant(text)
    if dtype == tf.int64:
        return tf.constant(int(float(text)) if text else tf.int64.min, tf.int64)
    return tf.constant(float(text or "nan"), tf.float32)


def is_whole(answer) -> bool:
    return all(
        len(values) == ROWS and bool(np.isfinite(values.numpy().astype(float)).all())
        for values in answer.values()
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
