"""The weights of a model by name, beside its SavedModel, for a later fit to start from."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.training.data import TrainingData
from components.transform.categories import known_values
from schema.features import Category, transformed_name

WEIGHTS_FILE = "assets.extra/weights.npz"
"""Below the SavedModel's folder; servers leave it alone."""

_SHARED = "categories"
_COUNTER = re.compile(r"_\d+$")


@dataclass(frozen=True)
class NamedWeights:
    """A model's weights, and what their rows and columns are about.

    Attributes:
        arrays: By name, in the order of the model's.
        inputs: What the model sees, in its order.
        values: Of an embedding of categories, by its name: the value of each row.
    """

    arrays: Mapping[str, npt.NDArray[np.float32]]
    inputs: Sequence[str]
    values: Mapping[str, Sequence[str]]


def weight_names(model: keras.Model) -> list[str]:
    """A name for every trainable weight; the same for the same network in any process."""
    seen: dict[str, int] = {}
    names = {}
    for layer in model.layers:
        # Keras counts layers through a whole process.
        base = _COUNTER.sub("", layer.name)
        number = seen[base] = seen.get(base, -1) + 1
        for variable in layer.trainable_variables:
            names[variable.path] = f"{base}.{number}.{variable.name}"
    # A problem's own model may keep weights outside of its layers.
    return [names.get(variable.path, variable.path) for variable in model.trainable_variables]


def named_weights(model: keras.Model, data: TrainingData) -> NamedWeights:
    """The weights as they are now."""
    arrays = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    values = {}
    for feature in data.features:
        if isinstance(feature, Category):
            is_shared, known = known_values(feature, data.transform_output)
            layer = _SHARED if is_shared else f"{transformed_name(feature)}_embedding"
            values[f"{layer}.0.embeddings"] = known
    return NamedWeights(
        dict(zip(weight_names(model), arrays, strict=True)), list(model.input), values
    )


def write_weights(model_dir: str, weights: NamedWeights) -> None:
    """Writes them beside the SavedModel in that folder."""
    path = str(PurePosixPath(model_dir, WEIGHTS_FILE))
    tf.io.gfile.makedirs(str(PurePosixPath(path).parent))
    said: dict[str, Any] = {
        "inputs": list(weights.inputs),
        "values": {name: list(values) for name, values in weights.values.items()},
    }
    contents: dict[str, Any] = {**weights.arrays, "said": np.array(json.dumps(said))}
    # A zip archive goes back and forth, which a file of an object store cannot.
    archive = io.BytesIO()
    np.savez(archive, **contents)
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(archive.getvalue())


def read_weights(model_dir: str) -> NamedWeights | None:
    """The weights of the model in that folder; None of a model written without them."""
    path = str(PurePosixPath(model_dir, WEIGHTS_FILE))
    if not tf.io.gfile.exists(path):
        return None
    with tf.io.gfile.GFile(path, "rb") as file:
        archive = io.BytesIO(file.read())
    with np.load(archive) as arrays:
        said = json.loads(str(arrays["said"]))
        named = {name: arrays[name] for name in arrays.files if name != "said"}
    return NamedWeights(named, said["inputs"], said["values"])
