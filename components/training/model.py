"""The network."""

import math
from collections.abc import Mapping, Sequence
from typing import assert_never

import keras
import tensorflow as tf

from components.errors import ComponentError
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
# A member, of which each has its own.
_TEXT_EMBEDDING = 8
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
    texts: list[keras.KerasTensor] = []
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
                read = TextEmbedding(depths[name], options.members, _TEXT_EMBEDDING)
                texts.append(read(inputs[name]))
            case _:
                assert_never(feature)
    if numbers:
        parts.append(NumberEmbedding(_NUMBER_EMBEDDING)(keras.ops.stack(numbers, axis=1)))
    if shared:
        depth = depths[shared[0][0]]
        table = keras.layers.Embedding(depth, _SHARED_EMBEDDING, name="categories")
        ids = keras.ops.stack([ids for _, ids in shared], axis=1)
        parts.append(keras.layers.Flatten()(table(ids)))
    return keras.Model(inputs, _members(parts, texts, options, outputs))


def build_model_of_spec(
    features: Mapping[str, tf.io.FixedLenFeature],
    depths: Mapping[str, int],
    options: TrainingOptions,
    outputs: int,
) -> keras.Model:
    """As `build_model`, of features that are known only by shape and type.

    Floats are taken as they are. Integers are ids, and are embedded; one below 0, which TensorFlow
    Transform gives what is in no vocabulary, has a place of its own.

    Args:
        features: By name.
        depths: One more than the largest id, by name, for every feature of integers.
        options: As there.
        outputs: As there.

    Raises:
        ComponentError: the largest id of a feature of integers is not known.
    """
    inputs: dict[str, keras.KerasTensor] = {}
    parts: list[keras.KerasTensor] = []
    for name, entry in features.items():
        inputs[name] = keras.Input(entry.shape, name=name, dtype=entry.dtype.name)
        if entry.dtype.is_floating:
            parts.append(keras.layers.Reshape((math.prod(entry.shape),))(inputs[name]))
            continue
        if name not in depths:
            raise ComponentError(
                f"features.preprocessing_fn: {name!r} holds int64, and how many ids there are is "
                "not known; make it with tft.compute_and_apply_vocabulary, tft.bucketize or "
                "float32, or bring training.build_model"
            )
        ids = keras.ops.clip(inputs[name], -1, depths[name] - 1) + 1
        embedded = _embed(ids, depths[name] + 1, name)
        parts.append(keras.layers.Flatten()(embedded) if entry.shape else embedded)
    return keras.Model(inputs, _members(parts, [], options, outputs))


def _members(
    shared: Sequence[keras.KerasTensor],
    own: Sequence[keras.KerasTensor],
    options: TrainingOptions,
    outputs: int,
) -> keras.KerasTensor:
    """[batch, members, outputs].

    Args:
        shared: What all members see alike, each [batch, width].
        own: What each sees with weights of its own, each [batch, members, width].
        options: Members and hidden layers.
        outputs: How many numbers a member answers.
    """
    *hidden_units, last = *options.hidden_units, outputs
    seen = [
        keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
        for parts in (shared, own)
        if parts
    ]
    for units in hidden_units:
        hidden = keras.layers.Activation(_ACTIVATION)(_dense(seen, options.members, units))
        seen = [Dropout(_DROPOUT)(hidden)]
    return _dense(seen, options.members, last)


def _dense(seen: Sequence[keras.KerasTensor], members: int, units: int) -> keras.KerasTensor:
    """[batch, members, units], of all that is seen together."""
    made = [MemberDense(members, units)(values) for values in seen]
    return keras.layers.Add()(made) if len(made) > 1 else made[0]


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
