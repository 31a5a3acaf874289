"""What the values along a column are to whoever reads a chart of them."""

from collections.abc import Mapping

from tensorflow_metadata.proto.v0 import schema_pb2

from components.explainer.partial_dependence import Kind
from schema.columns import SERVING, columns
from schema.features import Category, Date, Feature, Number, feature_table
from schema.labels import Label


def kinds(contract: schema_pb2.Schema, label: Label, drop: tuple[str, ...]) -> Mapping[str, Kind]:
    """The kind of each column that rows have when serving, by what the schema says of it."""
    by_column = {feature.column: feature for feature in feature_table(contract, label, drop)}
    return {column.name: _kind(by_column.get(column.name)) for column in columns(contract, SERVING)}


def _kind(feature: Feature | None) -> Kind:
    match feature:
        case Number():
            return "number"
        case Category():
            return "category"
        case Date():
            return "date"
    return "text"
