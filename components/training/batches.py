"""The endless stream of shuffled batches that the model is fitted on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from components.errors import ModelRefused
from components.training.features import FeatureReader, Features, count, gather, read_examples
from components.training.folds import FOLD
from components.training.held_out import MOST_ROWS

# Compressed; as features in memory it becomes ten to fifty times as much.
_CACHE_BELOW_BYTES = 32 * 2**20
_SHUFFLE_ROWS = 100_000
_EPOCH_STEPS = 40
_SMALLEST_BATCH, _LARGEST_BATCH = 32, 512


@dataclass(frozen=True)
class TrainingRows:
    """What the model is fitted on.

    Attributes:
        files: All training files, gzip TFRecord.
        reader: Encodes what the model sees and the label.
        label: Name of the label among the features.
        count: How many there are; of rows read anew in each epoch, with those that have no label.
        sample: Rows to look at meanwhile, each feature [rows, ...], with label and fold.
        is_in_memory: Whether the sample is all of them.
    """

    files: Sequence[str]
    reader: FeatureReader
    label: str
    count: int
    sample: Features
    is_in_memory: bool

    @property
    def fitting_batch(self) -> int:
        """How many rows a batch should have."""
        return fitting_batch(self.count)

    def epoch_steps(self, batch_size: int) -> int:
        """How many batches are an epoch; of rows read anew in each, about."""
        return max(self.count // batch_size, 1)

    def batches(self, batch_size: int, seed: int) -> tf.data.Dataset:
        """(features, label [batch] float32, fold [batch] int64), endless.

        Every row once an epoch, in an order that the seed gives: small data from memory. Larger
        data is read and encoded anew in every epoch, with the files in a new order and a window
        of 100,000 rows shuffled.
        """
        rows = (
            _from_memory(self.sample, batch_size, seed)
            if self.is_in_memory
            else _from_files(self.files, self.reader, self.label, batch_size, seed)
        )
        return rows.map(lambda features: _apart(features, self.label)).prefetch(tf.data.AUTOTUNE)


def training_rows(files: Sequence[str], reader: FeatureReader, label: str) -> TrainingRows:
    """Reads the training rows, or of many a sample.

    Args:
        files: All training files, gzip TFRecord.
        reader: Encodes what the model sees and the label.
        label: Name of the label among the features.

    Raises:
        ModelRefused: no row has a label.
    """
    is_small = sum(tf.io.gfile.stat(file).length for file in files) < _CACHE_BELOW_BYTES
    sample = in_memory(files, reader, label, most_rows=None if is_small else MOST_ROWS)
    rows = int(sample[label].shape[0]) if is_small else count(files)
    return TrainingRows(files, reader, label, rows, sample, is_small)


def fitting_batch(rows: int) -> int:
    """The power of 2 with which an epoch has about 40 steps, from 32 to 512."""
    wanted = 2 ** round(math.log2(max(rows / _EPOCH_STEPS, 1)))
    return min(max(wanted, _SMALLEST_BATCH), _LARGEST_BATCH)


def _apart(features: Features, label: str) -> tuple[Features, tf.Tensor, tf.Tensor]:
    """What the model sees, what it is to say, and who learns from it."""
    seen = {name: value for name, value in features.items() if name not in (label, FOLD)}
    return seen, features[label], features[FOLD]


def in_memory(
    files: Sequence[str], reader: FeatureReader, label: str, most_rows: int | None = None
) -> Features:
    """Rows that have a label, encoded: each feature [rows, ...], in the order of the files.

    Args:
        files: All training files, gzip TFRecord.
        reader: Encodes them.
        label: Name of the label among the features.
        most_rows: The first so many rows, and those read with them; None for all.

    Raises:
        ModelRefused: there is none.
    """
    chunks: list[Features] = []
    rows = 0
    for chunk in reader.chunks(read_examples(files)):
        chunks.append(_labelled(chunk, label))
        rows += int(chunks[-1][label].shape[0])
        if most_rows is not None and rows >= most_rows:
            break
    if not rows:
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
