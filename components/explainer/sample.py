"""A bounded, seeded sample of the rows of a split."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tfx.types import artifact_utils, standard_artifacts

from components.errors import InputError

BACKGROUND = "background.tfrecord.gz"
"""The rows that a single row is compared with, beside the explanation."""

_CHUNK = 4096


def sampled(examples: standard_artifacts.Examples, split: str, rows: int, seed: int) -> list[bytes]:
    """Serialized examples of a split, at most so many, in a random order: any part is a sample.

    Args:
        examples: The artifact.
        split: Its name.
        rows: Each set of so many rows is equally likely.
        seed: Of the choice.

    Raises:
        InputError: the split has no rows.
    """
    folder = Path(artifact_utils.get_split_uri([examples], split))
    files = [str(path) for path in sorted(folder.iterdir())]
    numbers = np.random.default_rng(seed)
    # Each row gets a random key; those with the smallest keys stay.
    kept, keys = np.empty(0, object), np.empty(0)
    for chunk in tf.data.TFRecordDataset(files, "GZIP").batch(_CHUNK).as_numpy_iterator():
        kept = np.concatenate([kept, chunk])
        keys = np.concatenate([keys, numbers.random(len(chunk))])
        if len(kept) > rows:
            stay = np.argpartition(keys, rows)[:rows]
            kept, keys = kept[stay], keys[stay]
    if not len(kept):
        raise InputError(f"{folder}: no rows; expected some in the split {split!r}")
    return list(kept[np.argsort(keys)])


def write_rows(path: Path, examples: Sequence[bytes]) -> None:
    """Writes serialized examples as a gzip TFRecord file."""
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for example in examples:
            writer.write(example)


def read_rows(path: Path) -> list[bytes]:
    """Reads what `write_rows` wrote."""
    return [record.numpy() for record in tf.data.TFRecordDataset(str(path), "GZIP")]
