"""How a column becomes a feature: derived from its entry in the schema, unless overridden."""

from schema.features.deriving import ColumnFeature
from schema.features.kinds import (
    TEXT_BUCKETS,
    Buckets,
    Category,
    Cross,
    Date,
    Feature,
    Hashed,
    Number,
    Text,
    TimeUnit,
    sources,
    transformed_name,
)
from schema.features.names import compared_name, tensor_name, transformed
from schema.features.overrides import (
    ColumnOverride,
    CrossOverride,
    OverrideError,
    Overrides,
)
from schema.features.table import feature_table, override_faults

__all__ = [
    "TEXT_BUCKETS",
    "Buckets",
    "Category",
    "ColumnFeature",
    "ColumnOverride",
    "Cross",
    "CrossOverride",
    "Date",
    "Feature",
    "Hashed",
    "Number",
    "OverrideError",
    "Overrides",
    "Text",
    "TimeUnit",
    "compared_name",
    "feature_table",
    "override_faults",
    "sources",
    "tensor_name",
    "transformed",
    "transformed_name",
]
