"""The network."""

from collections.abc import Mapping, Sequence
from typing import assert_never

import keras

from components.training.layers import Dropout, MemberDense, NumberEmbedding
from components.training.options import TrainingOptions
from components.training.text_embedding import TextEmbedding
from components.transform.categories import shares_vocabulary
from components.transform.dates import HOURS, MONTHS, WEEKDAYS
from components.transform.numbers import BINS
from components.transform.texts import TOKENS
from schema.features import (
    Buckets,
    Category,
    Cross,
    Date,
    Feature,
    Hashed,
    Number,
    Text,
    transformed_name,
)

_ACTIVATION = "relu"
_DROPOUT = 0.1
_NUMBER_EMBEDDING = 12
_LARGEST_EMBEDDING = 16
_TEXT_EMBEDDING = 32
# Of the categories that share a vocabulary, and so one table of embeddings.
_SHARED_EMBEDDING = 12


def build_model(
    features: Sequence[Feature],
    depths: Mapping[str, int],
    options: TrainingOptions,
    outputs: int,
) -> keras.Model:
    """Builds the untrained network: numbers and categories embedded once, then a stack a member.

    Args:
        features: What the model sees.
        depths: One more than the largest id, by transformed name, for every feature that is ids.
        options: Members and hidden layers.
        outputs: How many numbers a member answers: one, or one a class.

    Returns:
        A model from a dict of features, named and shaped as Transform writes them, to
        [batch, members, outputs] float32.
    """
    inputs: dict[str, keras.KerasTensor] = {}
    numbers: list[keras.KerasTensor] = []
    shared: list[tuple[str, keras.KerasTensor]] = []
    parts: list[keras.KerasTensor] = []
    for feature in features:
        name = transformed_name(feature)
        match feature:
            case Number() | Date():
                inputs[name] = keras.Input((_width(feature),), name=name)
                numbers.append(_encoded_number(inputs[name], feature))
                if isinstance(feature, Date):
                    parts.append(inputs[name][:, _number_width(feature) :])
            case Category() if shares_vocabulary(feature):
                inputs[name] = keras.Input((), name=name, dtype="int64")
                shared.append((name, inputs[name]))
            case Category() | Buckets() | Hashed() | Cross():
                inputs[name] = keras.Input((), name=name, dtype="int64")
                parts.append(_embed(inputs[name], depths[name], name))
            case Text():
                inputs[name] = keras.Input((TOKENS,), name=name, dtype="int64")
                parts.append(TextEmbedding(depths[name], _TEXT_EMBEDDING)(inputs[name]))
            case _:
                assert_never(feature)
    if numbers:
        parts.append(NumberEmbedding(_NUMBER_EMBEDDING)(keras.ops.stack(numbers, axis=1)))
    if shared:
        depth = depths[shared[0][0]]
        table = keras.layers.Embedding(depth, _SHARED_EMBEDDING, name="categories")
        ids = keras.ops.stack([ids for _, ids in shared], axis=1)
        parts.append(keras.layers.Flatten()(table(ids)))
    hidden = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    for units in options.hidden_units:
        hidden = MemberDense(options.members, units)(hidden)
        hidden = keras.layers.Activation(_ACTIVATION)(hidden)
        hidden = Dropout(_DROPOUT)(hidden)
    return keras.Model(inputs, MemberDense(options.members, outputs)(hidden))


def _encoded_number(encoded: keras.KerasTensor, feature: Number | Date) -> keras.KerasTensor:
    """[batch, 2 + BINS], with a flag also where the number is never missing."""
    number = encoded[:, : _number_width(feature)]
    return number if feature.may_be_missing else keras.ops.pad(number, ((0, 0), (0, 1)))


def _number_width(feature: Number | Date) -> int:
    return 1 + BINS + (1 if feature.may_be_missing else 0)


def _width(feature: Number | Date) -> int:
    width = _number_width(feature)
    if isinstance(feature, Date):
        width += MONTHS + WEEKDAYS + (HOURS if feature.has_time else 0)
    return width


def _embed(ids: keras.KerasTensor, depth: int, name: str) -> keras.KerasTensor:
    width = min(_LARGEST_EMBEDDING, 2 + depth // 4)
    return keras.layers.Embedding(depth, width, name=f"{name}_embedding")(ids)
