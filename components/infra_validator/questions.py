"""What a model is asked: every signature that real rows can be put to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from components.training.requests import as_tensors
from components.training.signatures import TRANSFORM_FEATURES
from schema.features import tensor_name

_SERVE = "serve"
# TensorFlow lists the function that restores the variables among the signatures.
_INIT = "__saved_model_init_op"


@dataclass(frozen=True)
class Rows:
    """Real rows, twice.

    Attributes:
        requests: Serialized tf.Examples as clients send them, without what is unknown when serving.
        examples: The same rows with all columns.
    """

    requests: Sequence[bytes]
    examples: Sequence[bytes]


@dataclass(frozen=True)
class Question:
    """A request to one signature.

    Attributes:
        signature: Its name.
        inputs: [rows] tensors by name.
    """

    signature: str
    inputs: Mapping[str, tf.Tensor]

    @property
    def rows(self) -> int:
        """How many it asks about."""
        return len(next(iter(self.inputs.values())))

    def of(self, row: int) -> "Question":
        """The same of one row alone."""
        one = {name: tensor[row : row + 1] for name, tensor in self.inputs.items()}
        return Question(self.signature, one)


def signatures(model: Path) -> dict[str, dict[str, tf.DType]]:
    """The inputs of every signature of a SavedModel, read without loading it.

    Raises:
        ValueError: the file cannot be read.
    """
    path = model / "saved_model.pb"
    try:
        saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    except (OSError, DecodeError) as error:
        msg = f"{path}: {error}"
        raise ValueError(msg) from error
    served = (graph for graph in saved.meta_graphs if _SERVE in graph.meta_info_def.tags)
    return {
        name: {key: tf.as_dtype(info.dtype) for key, info in definition.inputs.items()}
        for graph in served
        for name, definition in graph.signature_def.items()
        if name != _INIT
    }


def questions(
    found: Mapping[str, Mapping[str, tf.DType]], rows: Rows
) -> tuple[list[Question], list[str]]:
    """One question a signature, and the names of those that rows cannot be put to.

    A signature with one input of texts takes serialized tf.Examples, with all columns if it makes
    features, the label among them. One whose inputs are named after columns takes their values.
    """
    columns = {
        tensor_name(column)
        for request in rows.requests
        for column in tf.train.Example.FromString(request).features.feature
    }
    asked, left = [], []
    for name, dtypes in sorted(found.items()):
        if list(dtypes.values()) == [tf.string] and not columns.issuperset(dtypes):
            (takes,) = dtypes
            sent = rows.examples if name == TRANSFORM_FEATURES else rows.requests
            asked.append(Question(name, {takes: tf.constant(list(sent))}))
        elif columns.intersection(dtypes):
            asked.append(Question(name, as_tensors(rows.requests, dtypes)))
        else:
            left.append(name)
    return asked, left


def shown(example: bytes) -> str:
    """A row for people: its columns and values. Identifiers are in no example."""
    features = tf.train.Example.FromString(example).features.feature
    return ", ".join(f"{name}={_value(feature)}" for name, feature in sorted(features.items()))


def _value(feature: tf.train.Feature) -> str:
    kind = feature.WhichOneof("kind")
    values = () if kind is None else getattr(feature, kind).value
    texts = [
        repr(value.decode(errors="replace")) if isinstance(value, bytes) else f"{value:g}"
        for value in values
    ]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
