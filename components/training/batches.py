"""The endless stream of shuffled batches that the model is fitted on."""

from collections.abc import Sequence

import tensorflow as tf

from components.errors import ModelRefused
from components.training.features import FeatureReader, Features, gather, read_examples

# Compressed; as features in memory it becomes ten to fifty times as much.
_CACHE_BELOW_BYTES = 32 * 2**20
_SHUFFLE_ROWS = 100_000


def training_batches(
    files: Sequence[str], reader: FeatureReader, label: str, *, batch_size: int, seed: int
) -> tf.data.Dataset:
    """Batches of (features, label), every row once an epoch, in an order that the seed gives.

    Small data is encoded once and kept in memory. Larger data is read and encoded anew in every
    epoch, with the files in a new order and a window of 100,000 rows shuffled.

    Args:
        files: All training files, gzip TFRecord.
        reader: Encodes what the model sees and the label.
        label: Name of the label among the features.
        batch_size: Rows of every batch.
        seed: Of the order.
    """
    if sum(tf.io.gfile.stat(file).length for file in files) < _CACHE_BELOW_BYTES:
        batches = _from_memory(in_memory(files, reader, label), batch_size, seed)
    else:
        batches = _from_files(files, reader, label, batch_size, seed)
    return batches.map(lambda features: split_label(features, label)).prefetch(tf.data.AUTOTUNE)


def split_label(features: Features, label: str) -> tuple[Features, tf.Tensor]:
    """What the model sees, and what it is to say."""
    return {name: value for name, value in features.items() if name != label}, features[label]


def in_memory(files: Sequence[str], reader: FeatureReader, label: str) -> Features:
    """All rows that have a label, encoded: each feature [rows, ...], in the order of the files.

    Raises:
        ModelRefused: there is none.
    """
    chunks = [_labelled(chunk, label) for chunk in reader.chunks(read_examples(files))]
    if not sum(int(chunk[label].shape[0]) for chunk in chunks):
        raise ModelRefused("no training row has a label, or one of the classes of the schema")
    return {name: tf.concat([chunk[name] for chunk in chunks], axis=0) for name in chunks[0]}


def _from_memory(features: Features, batch_size: int, seed: int) -> tf.data.Dataset:
    # Shuffling row numbers and gathering a batch is far cheaper than shuffling rows.
    rows = next(iter(features.values())).shape[0]
    return (
        tf.data.Dataset.range(rows)
        .shuffle(rows, seed=seed)
        .repeat()
        # Behind the repetition: fewer rows than a batch are in it several times.
        .batch(batch_size, drop_remainder=True)
        .map(lambda numbers: gather(features, numbers), num_parallel_calls=tf.data.AUTOTUNE)
    )


def _from_files(
    files: Sequence[str], reader: FeatureReader, label: str, batch_size: int, seed: int
) -> tf.data.Dataset:
    examples = read_examples(files, shuffle_seed=seed).shuffle(_SHUFFLE_ROWS, seed=seed).repeat()
    labelled = reader.chunks(examples).map(lambda chunk: _labelled(chunk, label))
    return labelled.rebatch(batch_size, drop_remainder=True)


def _labelled(features: Features, label: str) -> Features:
    """The rows whose label is known."""
    is_known = tf.math.is_finite(features[label])
    return {name: tf.boolean_mask(values, is_known) for name, values in features.items()}
