"""Layers for several networks that are fitted side by side, the members of an ensemble."""

import math
from typing import Any

import keras
import tensorflow as tf


class NumberEmbedding(keras.layers.Layer):
    """Gives each member weights of its own for each number column.

    In: [batch, columns, width]. Out: [batch, members, columns * units].

    An encoded number says in which quantiles it lies; from that, these weights and a rectifier
    make a few curves of the number that the layers behind find useful (Gorishniy et al., "On
    Embeddings for Numerical Features in Tabular Deep Learning", 2022).
    """

    def __init__(self, members: int, units: int, **options: Any) -> None:
        """Makes the layer."""
        super().__init__(**options)
        self._members = members
        self._units = units

    def build(self, shape: tuple[int, int, int]) -> None:
        """Makes the weights."""
        _, columns, width = shape
        curves = self._members * self._units
        # Of an encoding only some values are not 0 or 1 throughout a neighbourhood.
        around = _around_zero(math.sqrt(width))
        self._kernel = self.add_weight(
            shape=(columns, width, curves), initializer=around, name="kernel"
        )
        self._bias = self.add_weight(shape=(columns, curves), initializer="zeros", name="bias")

    def call(self, encoded: keras.KerasTensor) -> keras.KerasTensor:
        """The curves."""
        curves = keras.ops.relu(
            keras.ops.einsum("bcw,cwv->bcv", encoded, self._kernel) + self._bias
        )
        return _by_member(curves, self._members)


class MemberEmbedding(keras.layers.Layer):
    """Gives each member embeddings of its own for ids.

    In: [batch, columns] int64, of columns that share the table. Out: [batch, members,
    columns * width].

    Shared among the members, the embedding of a rare id would tell the label of a row to the member
    that leaves it out, and the rows held out would be held out no more.
    """

    def __init__(self, depth: int, members: int, width: int, **options: Any) -> None:
        """Makes the layer.

        Args:
            depth: One more than the largest id.
            members: Of the ensemble.
            width: Of an embedding.
            options: Of any layer.
        """
        super().__init__(**options)
        self._depth = depth
        self._members = members
        self._width = width

    def build(self, shape: tuple[int, int]) -> None:
        """Makes the weights."""
        self._table = self.add_weight(
            shape=(self._depth, self._members * self._width),
            initializer="uniform",
            name="embeddings",
        )

    def call(self, ids: keras.KerasTensor) -> keras.KerasTensor:
        """The embeddings, one column after the other."""
        return _by_member(keras.ops.take(self._table, ids, axis=0), self._members)


class MemberDense(keras.layers.Layer):
    """A dense layer for each member: [batch, members, width] to [batch, members, units]."""

    def __init__(self, members: int, units: int, **options: Any) -> None:
        """Makes the layer."""
        super().__init__(**options)
        self._members = members
        self._units = units

    def build(self, shape: tuple[int, int, int]) -> None:
        """Makes the weights."""
        width = shape[-1]
        around = _around_zero(width)
        self._kernel = self.add_weight(
            shape=(self._members, width, self._units), initializer=around, name="kernel"
        )
        self._bias = self.add_weight(
            shape=(self._members, self._units), initializer=around, name="bias"
        )

    def call(self, values: keras.KerasTensor) -> keras.KerasTensor:
        """What each member makes of them."""
        return keras.ops.einsum("bmw,mwu->bmu", values, self._kernel) + self._bias


def for_each(members: int, values: keras.KerasTensor) -> keras.KerasTensor:
    """[batch, members, width] of [batch, width], the same for every member."""
    return keras.ops.repeat(values[:, None], members, axis=1)


def _by_member(values: keras.KerasTensor, members: int) -> keras.KerasTensor:
    """[batch, columns, members * width] to [batch, members, columns * width]."""
    columns, width = values.shape[1], values.shape[2] // members
    apart = keras.ops.reshape(values, (-1, columns, members, width))
    return keras.ops.reshape(
        keras.ops.transpose(apart, (0, 2, 1, 3)), (-1, members, columns * width)
    )


class Dropout(keras.layers.Layer):
    """Sets a share of the values to zero while the model is fitted, as Keras' own does.

    Which ones is decided by a hash of their places and of how often the layer was called before.
    XLA makes that one pass with what is around it; Philox, which Keras uses, takes it 70 ms a step.
    """

    def __init__(self, rate: float, **options: Any) -> None:
        """Makes the layer; `rate` is the share."""
        super().__init__(**options)
        self._rate = rate
        self._seeds = keras.random.SeedGenerator()

    def call(self, values: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """The values that stay are raised, so that their sum is about the same."""
        if not training:
            return values
        seed, calls = tf.unstack(tf.cast(self._seeds.next(), tf.uint32))
        # Of the rows of a batch that devices share, each has the places that they have in all.
        before = tf.distribute.get_replica_context().replica_id_in_sync_group * tf.size(values)
        places = tf.cast(before + tf.range(tf.size(values)), tf.uint32)
        drawn = _mixed(places * _GOLDEN + _mixed(calls + _mixed(seed)))
        stays = tf.reshape(drawn >= int(self._rate * 2**32), tf.shape(values))
        return tf.where(stays, values / (1 - self._rate), 0)


_GOLDEN = 0x9E3779B1


def _mixed(bits: tf.Tensor) -> tf.Tensor:
    """Uint32 to uint32, one to one: any bit of the one turns about half of those of the other.

    The constants are those of Chris Wellons' "Prospecting for Hash Functions" (2018).
    """
    bits = tf.bitwise.bitwise_xor(bits, tf.bitwise.right_shift(bits, 16)) * 0x7FEB352D
    bits = tf.bitwise.bitwise_xor(bits, tf.bitwise.right_shift(bits, 15)) * 0x846CA68B
    return tf.bitwise.bitwise_xor(bits, tf.bitwise.right_shift(bits, 16))


def _around_zero(fan_in: float) -> keras.initializers.Initializer:
    bound = 1 / math.sqrt(max(fan_in, 1))
    return keras.initializers.RandomUniform(-bound, bound)
