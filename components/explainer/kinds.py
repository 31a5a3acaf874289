"""What the values along a column are to whoever reads a chart of them."""

from collections.abc import Mapping
from typing import assert_never

from tensorflow_metadata.proto.v0 import schema_pb2

from components.explainer.partial_dependence import Kind
from schema.columns import SERVING, columns
from schema.features import (
    Buckets,
    Category,
    ColumnFeature,
    Cross,
    Date,
    Hashed,
    Number,
    Overrides,
    Text,
    feature_table,
)
from schema.labels import Label


def kinds(contract: schema_pb2.Schema, label: Label, overrides: Overrides) -> Mapping[str, Kind]:
    """The kind of each column that rows have when serving, by what it is to the model."""
    by_column = {
        feature.column: feature
        for feature in feature_table(contract, label, overrides)
        if not isinstance(feature, Cross)
    }
    return {column.name: _kind(by_column.get(column.name)) for column in columns(contract, SERVING)}


def _kind(feature: ColumnFeature | None) -> Kind:
    match feature:
        case Number() | Buckets():
            return "number"
        case Category() | Hashed():
            return "category"
        case Date():
            return "date"
        case Text() | None:
            return "text"
        case _:
            assert_never(feature)
