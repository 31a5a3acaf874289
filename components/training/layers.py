"""Layers for several networks that are fitted side by side, the members of an ensemble."""

import math
from typing import Any

import keras
import tensorflow as tf


class NumberEmbedding(keras.layers.Layer):
    """Gives each number column weights of its own: [batch, columns, width] to [batch, ...] flat.

    An encoded number says in which quantiles it lies; from that, these weights and a rectifier
    make a few curves of the number that the layers behind find useful (Gorishniy et al., "On
    Embeddings for Numerical Features in Tabular Deep Learning", 2022). The first value of each
    encoding, the z-score, is passed on as it is beside them.
    """

    def __init__(self, units: int, **options: Any) -> None:
        """Makes the layer; it answers [batch, columns * (units + 1)]."""
        super().__init__(**options)
        self._units = units

    def build(self, shape: tuple[int, int, int]) -> None:
        """Makes the weights."""
        _, columns, width = shape
        # Of an encoding only some values are not 0 or 1 throughout a neighbourhood.
        around = _around_zero(math.sqrt(width))
        self._kernel = self.add_weight(
            shape=(columns, width, self._units), initializer=around, name="kernel"
        )
        self._bias = self.add_weight(shape=(columns, self._units), initializer="zeros", name="bias")

    def call(self, encoded: keras.KerasTensor) -> keras.KerasTensor:
        """The curves, then the scores."""
        curves = keras.ops.einsum("bcw,cwu->bcu", encoded, self._kernel) + self._bias
        columns, width = curves.shape[1], self._units
        flat = keras.ops.reshape(keras.ops.relu(curves), (-1, columns * width))
        return keras.ops.concatenate([flat, encoded[:, :, 0]], axis=1)


class MemberDense(keras.layers.Layer):
    """A dense layer for each member, all in one multiplication.

    In: [batch, width], the same for every member, or [batch, members, width].
    Out: [batch, members, units].
    """

    def __init__(self, members: int, units: int, **options: Any) -> None:
        """Makes the layer."""
        super().__init__(**options)
        self._members = members
        self._units = units

    def build(self, shape: tuple[int, ...]) -> None:
        """Makes the weights."""
        width = shape[-1]
        around = _around_zero(width)
        self._is_shared = len(shape) == 2
        # One wide matrix where the members see the same.
        kernel = (
            (width, self._members * self._units)
            if self._is_shared
            else (self._members, width, self._units)
        )
        self._kernel = self.add_weight(shape=kernel, initializer=around, name="kernel")
        self._bias = self.add_weight(
            shape=(self._members, self._units), initializer=around, name="bias"
        )

    def call(self, values: keras.KerasTensor) -> keras.KerasTensor:
        """What each member makes of them."""
        if self._is_shared:
            wide = keras.ops.matmul(values, self._kernel)
            made = keras.ops.reshape(wide, (-1, self._members, self._units))
        else:
            made = keras.ops.einsum("bmw,mwu->bmu", values, self._kernel)
        return made + self._bias


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
        places = tf.cast(tf.range(tf.size(values)), tf.uint32)
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
