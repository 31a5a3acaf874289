"""How many ids the features have that are ids, which the tables of their embeddings must hold."""

from collections.abc import Sequence
from typing import assert_never

import tensorflow_transform as tft

from components.transform import categories
from schema.features import (
    Buckets,
    Category,
    Cross,
    Date,
    Feature,
    Hashed,
    Number,
    Text,
    transformed_name,
)


def depths(features: Sequence[Feature], transform_output: tft.TFTransformOutput) -> dict[str, int]:
    """One more than the largest id, by transformed name, of every feature that is ids."""
    found: dict[str, int] = {}
    for feature in features:
        match feature:
            case Category():
                found[transformed_name(feature)] = categories.depth(feature, transform_output)
            case Buckets() | Hashed() | Text() | Cross():
                found[transformed_name(feature)] = 1 + feature.buckets
            case Number() | Date():
                pass
            case _:
                assert_never(feature)
    return found
