"""The network."""

from collections.abc import Mapping, Sequence

import keras

from components.training.options import TrainingOptions
from components.transform.numbers import BINS
from schema.features import Category, Feature, Number, transformed

_DROPOUT = 0.1
_LARGEST_EMBEDDING = 16


def build_model(
    features: Sequence[Feature], depths: Mapping[str, int], options: TrainingOptions
) -> keras.Model:
    """Builds the untrained network: numbers and embedded categories into one stack of layers.

    Args:
        features: What the model sees.
        depths: One more than the largest id, by column, for every category.
        options: Hidden layers and task.

    Returns:
        A model from a dict of features, named and shaped as Transform writes them, to [batch, 1]
        float32: a log-odds for a binary task, the value for a regression.
    """
    inputs: dict[str, keras.KerasTensor] = {}
    parts: list[keras.KerasTensor] = []
    for feature in features:
        name = transformed(feature.column)
        match feature:
            case Number():
                width = 1 + BINS + (1 if feature.may_be_missing else 0)
                inputs[name] = keras.Input((width,), name=name)
                parts.append(inputs[name])
            case Category():
                inputs[name] = keras.Input((), name=name, dtype="int64")
                parts.append(_embed(inputs[name], depths[feature.column], name))
    hidden = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    for units in options.hidden_units:
        hidden = keras.layers.Dense(units, activation="relu")(hidden)
        hidden = keras.layers.Dropout(_DROPOUT)(hidden)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


def _embed(ids: keras.KerasTensor, depth: int, name: str) -> keras.KerasTensor:
    width = min(_LARGEST_EMBEDDING, 2 + depth // 4)
    return keras.layers.Embedding(depth, width, name=f"{name}_embedding")(ids)
