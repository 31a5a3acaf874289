"""What the model sees of what is hashed: the number of a bucket, and 0 where nothing is there.

The hash is FarmHash, the same on every machine and in every process.
"""

from collections.abc import Sequence

import tensorflow as tf

from components.transform import rows

MISSING = 0
_NO_PART = "-"
_BETWEEN = "\x1e"


def hash_tokens(tokens: tf.Tensor, buckets: int) -> tf.Tensor:
    """The bucket of each token.

    Args:
        tokens: String, any shape; empty where nothing is there.
        buckets: How many there are.

    Returns:
        int64 of the same shape: `MISSING`, or from 1 to `buckets`.
    """
    found = 1 + tf.strings.to_hash_bucket_fast(tokens, buckets)
    return tf.where(tokens == "", tf.constant(MISSING, tf.int64), found)


def hash_values(values: tf.Tensor, buckets: int) -> tf.Tensor:
    """As `hash_tokens`, of [batch] string or int64, dense."""
    return hash_tokens(as_tokens(values), buckets)


def as_tokens(values: tf.Tensor) -> tf.Tensor:
    """[batch] string of [batch] string or int64, dense; empty where missing."""
    text = values if values.dtype == tf.string else tf.strings.as_string(values)
    return tf.where(rows.is_missing(values), "", text)


def hash_cross(parts: Sequence[tf.Tensor], buckets: int) -> tf.Tensor:
    """The bucket of each combination; one in which a part is missing is a combination, too.

    Args:
        parts: Of each column: [batch] string, empty where missing.
        buckets: How many there are.

    Returns:
        [batch] int64: `MISSING` where every part is missing, or from 1 to `buckets`.
    """
    # A value in front of which a sign stands is never taken for the sign of a missing one.
    signed = [tf.where(part == "", _NO_PART, tf.strings.join(["=", part])) for part in parts]
    is_empty = tf.reduce_all(tf.stack([part == "" for part in parts]), axis=0)
    return hash_tokens(tf.where(is_empty, "", tf.strings.join(signed, separator=_BETWEEN)), buckets)
