"""The network."""

import math
from collections.abc import Mapping, Sequence
from typing import assert_never

import keras
import tensorflow as tf

from components.errors import ComponentError
from components.training.layers import (
    Dropout,
    MemberDense,
    MemberEmbedding,
    NumberEmbedding,
    for_each,
)
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

LINEAR = "linear"
"""Name of the layer from what a member sees straight to its answer."""

_ACTIVATION = "relu"
_DROPOUT = 0.1
_NUMBER_EMBEDDING = 12
_LARGEST_EMBEDDING = 16
_TEXT_EMBEDDING = 8
# Of the categories that share a vocabulary, and so one table of embeddings.
_SHARED_EMBEDDING = 12


def build_model(
    features: Sequence[Feature],
    depths: Mapping[str, int],
    options: TrainingOptions,
    outputs: int,
) -> keras.Model:
    """Builds the untrained network: several side by side, the members, that share no weight.

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
    alike: list[keras.KerasTensor] = []
    own: list[keras.KerasTensor] = []
    for feature in features:
        name = transformed_name(feature)
        match feature:
            case Number() | Date():
                inputs[name] = keras.Input((_width(feature),), name=name)
                numbers.append(_encoded_number(inputs[name], feature))
                if isinstance(feature, Date):
                    alike.append(inputs[name][:, _number_width(feature) :])
            case Category() if shares_vocabulary(feature):
                inputs[name] = keras.Input((), name=name, dtype="int64")
                shared.append((name, inputs[name]))
            case Category() | Buckets() | Hashed() | Cross():
                inputs[name] = keras.Input((), name=name, dtype="int64")
                own.append(_embed(inputs[name], depths[name], options.members, name))
            case Text():
                inputs[name] = keras.Input((TOKENS,), name=name, dtype="int64")
                read = TextEmbedding(depths[name], options.members, _TEXT_EMBEDDING)
                own.append(read(inputs[name]))
            case _:
                assert_never(feature)
    if numbers:
        encoded = keras.ops.stack(numbers, axis=1)
        # The z-scores as they are, beside the curves.
        alike.append(encoded[:, :, 0])
        own.append(NumberEmbedding(options.members, _NUMBER_EMBEDDING)(encoded))
    if shared:
        depth = depths[shared[0][0]]
        table = MemberEmbedding(depth, options.members, _SHARED_EMBEDDING, name="categories")
        own.append(table(keras.ops.stack([ids for _, ids in shared], axis=1)))
    return keras.Model(inputs, _members(alike, own, options, outputs))


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
    alike: list[keras.KerasTensor] = []
    own: list[keras.KerasTensor] = []
    for name, entry in features.items():
        inputs[name] = keras.Input(entry.shape, name=name, dtype=entry.dtype.name)
        if entry.dtype.is_floating:
            alike.append(keras.layers.Reshape((math.prod(entry.shape),))(inputs[name]))
            continue
        if name not in depths:
            raise ComponentError(
                f"features.preprocessing_fn: {name!r} holds int64, and how many ids there are is "
                "not known; make it with tft.compute_and_apply_vocabulary, tft.bucketize or "
                "float32, or bring training.build_model"
            )
        ids = keras.ops.clip(inputs[name], -1, depths[name] - 1) + 1
        own.append(_embed(ids, depths[name] + 1, options.members, name))
    return keras.Model(inputs, _members(alike, own, options, outputs))


def _members(
    alike: Sequence[keras.KerasTensor],
    own: Sequence[keras.KerasTensor],
    options: TrainingOptions,
    outputs: int,
) -> keras.KerasTensor:
    """[batch, members, outputs], of networks that share no weight.

    Beside the hidden layers is a linear model of the same values, and the answer is the sum of
    both (Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016).

    Args:
        alike: What all members see alike, each [batch, width].
        own: What each sees with weights of its own, each [batch, members, width].
        options: Members and hidden layers.
        outputs: How many numbers a member answers.
    """
    members = options.members
    parts = [*(for_each(members, part) for part in alike), *own]
    hidden = seen = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    for units in options.hidden_units:
        hidden = keras.layers.Activation(_ACTIVATION)(MemberDense(members, units)(hidden))
        hidden = Dropout(_DROPOUT)(hidden)
    linear = MemberDense(members, outputs, name=LINEAR)(seen)
    return MemberDense(members, outputs)(hidden) + linear


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


def _embed(ids: keras.KerasTensor, depth: int, members: int, name: str) -> keras.KerasTensor:
    """[batch, members, width] of [batch] or [batch, columns] ids."""
    width = min(_LARGEST_EMBEDDING, 2 + depth // 4)
    in_columns = keras.layers.Reshape((math.prod(ids.shape[1:]),))(ids)
    return MemberEmbedding(depth, members, width, name=f"{name}_embedding")(in_columns)
