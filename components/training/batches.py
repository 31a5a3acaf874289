"""The endless stream of shuffled batches that the model is fitted on, many in one pack."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from components.errors import ModelRefused
from components.training.distribution import shared_batch
from components.training.features import FeatureReader, Features, count, gather, read_examples
from components.training.folds import FOLD
from components.training.held_out import MOST_ROWS

# Compressed; as features in memory it becomes ten to fifty times as much.
_CACHE_BELOW_BYTES = 32 * 2**20
_SHUFFLE_ROWS = 100_000
_EPOCH_STEPS = 40
# Of a pack of batches, of which up to three are in memory.
_PACK_BYTES = 64 * 2**20
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
    def row_bytes(self) -> int:
        """What a row takes in memory."""
        return sum(
            values.dtype.size * (values.shape.num_elements() // values.shape[0])
            for values in self.sample.values()
        )

    def batches(self, batch_size: int | None, seed: int, devices: Sequence[str] = ()) -> "Batches":
        """Batches of so many rows, that devices share; None for what fits the number of rows."""
        rows = batch_size or fitting_batch(self.count)
        return Batches(self, shared_batch(rows, devices, is_stated=batch_size is not None), seed)


@dataclass(frozen=True)
class Batches:
    """The rows, shuffled and cut.

    Attributes:
        rows: Which.
        batch_size: How many rows a batch has.
        seed: Of the order.
    """

    rows: TrainingRows
    batch_size: int
    seed: int

    @property
    def epoch_steps(self) -> int:
        """How many batches are an epoch; of rows read anew in each, about."""
        return max(self.rows.count // self.batch_size, 1)

    @property
    def most_packed(self) -> int:
        """How many batches may be in memory as one pack."""
        return max(_PACK_BYTES // (self.batch_size * self.rows.row_bytes), 1)

    def packs(self, steps: int, from_step: int = 0) -> tf.data.Dataset:
        """So many batches at a time, endless: features, label and fold, each [steps, batch, ...].

        Every row once an epoch, in an order that the seed gives: small data from memory. Larger
        data is read and encoded anew in every epoch, with the files in a new order and a window
        of 100,000 rows shuffled.

        Args:
            steps: Batches a pack.
            from_step: Batches that were taken before. Of rows in memory they are left out; rows
                that are read anew come in another order.
        """
        rows = (
            self._from_memory(steps, from_step)
            if self.rows.is_in_memory
            else self._from_files(steps, from_step)
        )
        label = self.rows.label
        return rows.map(lambda features: _apart(features, label)).prefetch(1)

    def _from_memory(self, steps: int, from_step: int) -> tf.data.Dataset:
        # Shuffling row numbers and gathering a pack is far cheaper than shuffling rows.
        rows, sample = self.rows.count, self.rows.sample
        return (
            tf.data.Dataset.range(rows)
            .shuffle(rows, seed=self.seed)
            .repeat()
            # Behind the repetition: fewer rows than a batch are in it several times.
            .batch(self.batch_size, drop_remainder=True)
            .skip(from_step)
            .batch(steps, drop_remainder=True)
            .map(lambda numbers: gather(sample, numbers), num_parallel_calls=1)
        )

    def _from_files(self, steps: int, from_step: int) -> tf.data.Dataset:
        rows, seed = self.rows, self.seed + from_step
        examples = read_examples(rows.files, shuffle_seed=seed).shuffle(_SHUFFLE_ROWS, seed=seed)
        labelled = rows.reader.chunks(examples.repeat()).map(
            lambda chunk: _labelled(chunk, rows.label)
        )
        batches = labelled.rebatch(self.batch_size, drop_remainder=True)
        return batches.batch(steps, drop_remainder=True)


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


def _labelled(features: Features, label: str) -> Features:
    """The rows whose label is known."""
    is_known = tf.math.is_finite(features[label])
    return {name: tf.boolean_mask(values, is_known) for name, values in features.items()}
