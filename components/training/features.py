"""Raw examples to features, in large batches."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
import tensorflow_transform as tft

from components.errors import InputError
from components.training.folds import FOLD, fold_of
from components.training.transform_graph import TransformGraph

Features = dict[str, tf.Tensor]

# Rows parsed and transformed at a time. A graph call costs as much as some hundred rows.
_CHUNK_ROWS = 4096
_OPEN_FILES = 8


def example_files(patterns: Sequence[str]) -> list[str]:
    """All files of all patterns: every shard of every span.

    Raises:
        InputError: A pattern matches nothing.
    """
    files: list[str] = []
    for pattern in patterns:
        matches = sorted(tf.io.gfile.glob(pattern))
        if not matches:
            raise InputError(f"no file of examples matches {pattern}")
        files += matches
    return files


class FeatureReader:
    """Reads examples as Transform encodes them."""

    def __init__(self, transform_output: tft.TFTransformOutput, columns: Sequence[str]) -> None:
        """Makes a reader.

        Args:
            transform_output: What Transform wrote.
            columns: The raw columns to parse; what depends on others is not among the features.
        """
        spec = transform_output.raw_feature_spec()
        self._spec = {column: spec[column] for column in columns}
        self._transform = TransformGraph(transform_output)

    def chunks(self, examples: tf.data.Dataset) -> tf.data.Dataset:
        """Serialized examples, one a time, to features and folds of some thousand rows a time."""
        return examples.batch(_CHUNK_ROWS, num_parallel_calls=tf.data.AUTOTUNE).map(
            self._encode, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        )

    # There is no Python control flow to convert, and looking for it takes longer than tracing.
    @tf.autograph.experimental.do_not_convert
    def _encode(self, examples: tf.Tensor) -> Features:
        features = self._transform(tf.io.parse_example(examples, self._spec))
        return features | {FOLD: fold_of(examples)}


def read_examples(files: Sequence[str], shuffle_seed: int | None = None) -> tf.data.Dataset:
    """Serialized examples of the files, one after the other.

    Args:
        files: gzip TFRecord files; none is no examples.
        shuffle_seed: Of the order of the files, a new one in each epoch; None for one that does
            not change.
    """
    names = tf.data.Dataset.from_tensor_slices(tf.constant(list(files), tf.string))
    if shuffle_seed is not None:
        names = names.shuffle(len(files), seed=shuffle_seed)
    return names.interleave(
        lambda file: tf.data.TFRecordDataset(file, compression_type="GZIP"),
        cycle_length=max(1, min(len(files), _OPEN_FILES)),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )


def count(files: Sequence[str]) -> int:
    """How many examples the files hold."""
    sizes = read_examples(files).batch(_CHUNK_ROWS).map(lambda chunk: tf.size(chunk, tf.int64))
    return int(sizes.reduce(tf.constant(0, tf.int64), lambda total, size: total + size))


def gather(features: Mapping[str, tf.Tensor], rows: tf.Tensor) -> Features:
    """Those rows of every feature."""
    return {name: tf.gather(values, rows) for name, values in features.items()}
