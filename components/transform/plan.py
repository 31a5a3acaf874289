"""What preprocessing needs to know of a problem, and its crossing into TensorFlow Transform."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.features import Category, Feature, Label, Number, feature_table


@dataclass(frozen=True)
class Plan:
    """The features and the label of a problem.

    Attributes:
        features: One entry a feature, in the order of the schema.
        label: What is learnt.
    """

    features: tuple[Feature, ...]
    label: Label

    @classmethod
    def from_schema(cls, schema: schema_pb2.Schema, options: Mapping[str, Any]) -> "Plan":
        """Derives the plan.

        Args:
            schema: The contract with the data.
            options: `{"label": {"column", "share", "of"}, "drop": [column, ...]}`, of which
                `share`, `of` and `drop` may be left out.
        """
        label = Label(**options["label"])
        return cls(feature_table(schema, label, options.get("drop", ())), label)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Plan":
        """The inverse of `to_plain`."""
        return cls(
            features=tuple(_feature_from_plain(entry) for entry in plain["features"]),
            label=Label(**plain["label"]),
        )

    def to_plain(self) -> dict[str, Any]:
        """The plan as values that JSON can hold."""
        return {
            "features": [_feature_to_plain(feature) for feature in self.features],
            "label": dataclasses.asdict(self.label),
        }


def _feature_to_plain(feature: Feature) -> dict[str, Any]:
    match feature:
        case Number():
            return {"kind": "number", **dataclasses.asdict(feature)}
        case Category():
            return {"kind": "category", **dataclasses.asdict(feature)}
        case _:
            assert_never(feature)


def _feature_from_plain(plain: Mapping[str, Any]) -> Feature:
    entry = dict(plain)
    if entry.pop("kind") == "number":
        return Number(**entry)
    if entry["values"] is not None:
        entry["values"] = tuple(entry["values"])
    return Category(**entry)
