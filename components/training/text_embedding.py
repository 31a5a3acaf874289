"""A layer that reads texts."""

import keras

from components.training.layers import MemberEmbedding


class TextEmbedding(MemberEmbedding):
    """The sum of the embeddings of a text's n-grams, over the root of their number.

    In: [batch, tokens] int64, 0 where there is none. Out: [batch, members, width]; zeros for a text
    without any. The root keeps the answer as large for long texts as for short ones at first, when
    the embeddings are random.

    Few texts are alike, so that the embeddings of its n-grams, too, can learn a text's label by
    heart: every member has its own.
    """

    def call(self, ids: keras.KerasTensor) -> keras.KerasTensor:
        """What the tokens say together."""
        is_there = keras.ops.cast(ids > 0, "float32")
        rows = keras.ops.take(self._table, ids, axis=0)
        total = keras.ops.einsum("bt,btw->bw", is_there, rows)
        count = keras.ops.sum(is_there, axis=1, keepdims=True)
        mean = total / keras.ops.sqrt(keras.ops.maximum(count, 1.0))
        return keras.ops.reshape(mean, (-1, self._members, self._width))
