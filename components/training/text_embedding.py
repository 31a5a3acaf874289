"""A layer that reads texts."""

from typing import Any

import keras


class TextEmbedding(keras.layers.Layer):
    """The sum of the embeddings of a text's n-grams, over the root of their number.

    In: [batch, tokens] int64, 0 where there is none. Out: [batch, members, width]; zeros for a text
    without any. The root keeps the answer as large for long texts as for short ones at first, when
    the embeddings are random.

    Every member of the ensemble has embeddings of its own. Few texts are alike, so that the
    embeddings of its n-grams can learn a text's label by heart; shared, they would tell it to the
    member that leaves this row out, and the rows held out would be held out no more.
    """

    def __init__(self, depth: int, members: int, width: int, **options: Any) -> None:
        """Makes the layer.

        Args:
            depth: One more than the largest id.
            members: Of the ensemble.
            width: Of the answer for a member.
            options: Of any layer.
        """
        super().__init__(**options)
        self._members = members
        self._width = width
        self._table = keras.layers.Embedding(depth, members * width)

    def build(self, shape: tuple[int, int]) -> None:
        """Makes the weights."""
        self._table.build(shape)

    def call(self, ids: keras.KerasTensor) -> keras.KerasTensor:
        """What the tokens say together."""
        is_there = keras.ops.cast(ids > 0, "float32")
        total = keras.ops.einsum("bt,btw->bw", is_there, self._table(ids))
        count = keras.ops.sum(is_there, axis=1, keepdims=True)
        mean = total / keras.ops.sqrt(keras.ops.maximum(count, 1.0))
        return keras.ops.reshape(mean, (-1, self._members, self._width))
