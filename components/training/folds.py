"""Which training rows which member of the ensemble does not learn from.

The rows fall into `FOLDS` by a hash, and member m leaves fold m out. So every row that some member
leaves out tells how the fit is doing on rows not seen, and the ensemble has learnt from all of
them. Equal rows are in one fold, else a copy would give the answer away.
"""

import tensorflow as tf

FOLDS = 8

FOLD = "fold"
"""Its name among the features of a row."""


def fold_of(examples: tf.Tensor) -> tf.Tensor:
    """[batch] int64 from 0, for [batch] serialized tf.Examples; the same in every process."""
    return tf.strings.to_hash_bucket_fast(examples, FOLDS)


def learners(folds: tf.Tensor, members: int) -> tf.Tensor:
    """[batch, members] float32: 1 where the member learns from the row, else 0."""
    left_out = tf.range(members, dtype=tf.int64) % FOLDS
    return tf.cast(folds[:, tf.newaxis] != left_out, tf.float32)
