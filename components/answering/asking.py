"""Asking one or two exported models about all rows of example files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.answering.answers import Answers
from components.answering.collecting import Collector
from components.errors import ModelRefused
from components.training.features import read_examples
from components.training.signatures import ANSWERS
from components.transform.labels import encode_label
from components.transform.plan import Plan
from components.transform.rows import DTYPES, dense
from schema.columns import columns as schema_columns
from schema.labels import Label, Task, label_classes

SIGNATURE = "serving_default"
"""What production asks is what is judged."""

_CHUNK_ROWS = 2048

Chunk = dict[str, tf.Tensor]


def answers(
    files: Sequence[str],
    *,
    schema: schema_pb2.Schema,
    label: Label,
    task: Task,
    candidate: str,
    baseline: str | None = None,
    columns: Sequence[str] = (),
) -> Answers:
    """Reads the rows, and asks the models through the signature that clients use.

    The label is made from the raw row, as the schema and the configuration say, and not by a
    model, which could be wrong about it. The same files give the same arrays in the same order.
    Examples are read some thousand at a time and not kept.

    Args:
        files: gzip TFRecord files of serialized tf.Examples; none is no rows.
        schema: The contract with the data, as `read_schema` returns it.
        label: What is learnt.
        task: What is learnt of it.
        candidate: Folder of a SavedModel.
        baseline: Folder of another; None for none.
        columns: Raw columns that are wanted beside the answers.

    Raises:
        ModelRefused: a model lacks the signature or its answer, or the two differ in how many
            numbers they answer.
        SchemaError: the label does not fit the schema.
    """
    models = {"candidate": _Model(candidate, task)}
    if baseline is not None:
        models["baseline"] = _Model(baseline, task)
        _require_same_outputs(models["candidate"], models["baseline"])
    reader = _Reader(schema, label, task, columns)

    # There is no Python control flow to convert, and looking for it takes longer than tracing.
    @tf.autograph.experimental.do_not_convert
    def ask(examples: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor], Chunk]:
        said = {name: model.answer(examples) for name, model in models.items()}
        return reader.label(examples), said, reader.columns(examples)

    chunks = (
        read_examples(files)
        .batch(_CHUNK_ROWS)
        .map(ask, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(2)
    )
    return _collected(chunks, models, reader.collectors())


def labels(
    files: Sequence[str],
    *,
    schema: schema_pb2.Schema,
    label: Label,
    task: Task,
    most_rows: int,
) -> npt.NDArray[np.float64]:
    """[rows] the labels that are known of the first so many rows, without asking any model.

    Args:
        files: gzip TFRecord files, read in turn, so that all of them are among the first rows.
        schema: The contract with the data.
        label: What is learnt.
        task: What is learnt of it.
        most_rows: Of them no more are read.
    """
    reader = _Reader(schema, label, task, ())
    chunks = read_examples(files).take(most_rows).batch(_CHUNK_ROWS).map(reader.label)
    found = [chunk.astype(np.float64) for chunk in chunks.as_numpy_iterator()]
    values = np.concatenate([np.zeros(0, np.float64), *found])
    return values[np.isfinite(values)]


class _Model:
    """One exported model."""

    def __init__(self, folder: str, task: Task) -> None:
        # Kept, or its variables would be gone with it.
        self._loaded = tf.saved_model.load(folder)
        signature = self._loaded.signatures.get(SIGNATURE)
        if signature is None:
            has = ", ".join(sorted(self._loaded.signatures)) or "none"
            raise ModelRefused(f"{Path(folder)}: no signature {SIGNATURE!r}; it has: {has}")
        self._signature: Any = signature
        self._name = ANSWERS[task]
        if self._name not in signature.structured_outputs:
            has = ", ".join(sorted(signature.structured_outputs))
            raise ModelRefused(
                f"{Path(folder)}: {SIGNATURE} of a {task} model answers {self._name!r}; "
                f"this one has: {has}"
            )
        (self._argument,) = signature.structured_input_signature[1]
        self.outputs = signature.structured_outputs[self._name].shape[-1]

    def answer(self, examples: tf.Tensor) -> tf.Tensor:
        """[batch, outputs] float32."""
        said = self._signature(**{self._argument: examples})[self._name]
        return tf.reshape(tf.cast(said, tf.float32), [tf.size(examples), self.outputs or 1])


def _require_same_outputs(candidate: _Model, baseline: _Model) -> None:
    if candidate.outputs != baseline.outputs:
        raise ModelRefused(
            f"the model answers {candidate.outputs} numbers a row and the stable one "
            f"{baseline.outputs}, as when the schema lists other classes: they cannot be compared; "
            "push under a new push.model_name"
        )


class _Reader:
    """Makes labels and raw columns out of serialized examples."""

    def __init__(
        self, schema: schema_pb2.Schema, label: Label, task: Task, columns: Sequence[str]
    ) -> None:
        self._plan = Plan((), label, task, label_classes(schema, label, task))
        self._kinds = {column.name: column.kind for column in schema_columns(schema)}
        self._columns = tuple(dict.fromkeys(columns))

    @tf.autograph.experimental.do_not_convert
    def label(self, examples: tf.Tensor) -> tf.Tensor:
        """[batch] float32, NaN where it is not known."""
        return encode_label(self._parsed(examples, self._plan.label.sources), self._plan)

    def columns(self, examples: tf.Tensor) -> Chunk:
        """Each [batch], with the value that stands for missing."""
        parsed = self._parsed(examples, self._columns)
        return {name: dense(values) for name, values in parsed.items()}

    def collectors(self) -> dict[str, Collector]:
        """One for each column, empty."""
        return {name: Collector(self._kinds[name]) for name in self._columns}

    def _parsed(
        self, examples: tf.Tensor, columns: Sequence[str]
    ) -> Mapping[str, tf.Tensor | tf.SparseTensor]:
        if not columns:
            return {}
        spec = {name: tf.io.VarLenFeature(DTYPES[self._kinds[name]]) for name in columns}
        parsed: Mapping[str, tf.SparseTensor] = tf.io.parse_example(examples, spec)
        return parsed


def _collected(
    chunks: Any, models: Mapping[str, _Model], collectors: Mapping[str, Collector]
) -> Answers:
    """Puts the chunks together, without the rows that have no label."""
    labels: list[npt.NDArray[np.float64]] = []
    said: dict[str, list[npt.NDArray[np.float32]]] = {name: [] for name in models}
    numbers: list[npt.NDArray[np.int64]] = []
    seen = 0
    for label, answered, columns in chunks:
        values = label.numpy()
        is_known = np.isfinite(values)
        rows = np.flatnonzero(is_known)
        labels.append(values[rows].astype(np.float64))
        numbers.append(rows + seen)
        seen += len(values)
        for name, answer in answered.items():
            said[name].append(answer.numpy()[rows])
        for name, column in columns.items():
            collectors[name].add(column.numpy()[rows])
    row = np.concatenate([np.zeros(0, np.int64), *numbers])
    both = {
        name: np.concatenate([np.zeros((0, models[name].outputs or 1), np.float32), *said[name]])
        for name in models
    }
    return Answers(
        label=np.concatenate([np.zeros(0, np.float64), *labels]),
        candidate=both["candidate"],
        baseline=both.get("baseline"),
        columns={name: collector.column() for name, collector in collectors.items()},
        row=row,
        unlabelled=seen - len(row),
    )
