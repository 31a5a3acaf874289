"""What preprocessing needs to know of a problem, and its crossing into TensorFlow Transform."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.features import Category, Date, Feature, Number, feature_table
from schema.labels import Classes, Label, Task, label_classes


@dataclass(frozen=True)
class Plan:
    """The features and the label of a problem.

    Attributes:
        features: One entry a feature, in the order of the schema.
        label: What is learnt.
        task: What is learnt of it.
        classes: The label's values, in the order of their ids; none for a number as it stands.
    """

    features: tuple[Feature, ...]
    label: Label
    task: Task
    classes: Classes = ()

    @classmethod
    def from_schema(cls, schema: schema_pb2.Schema, options: Mapping[str, Any]) -> "Plan":
        """Derives the plan.

        Args:
            schema: The contract with the data.
            options: `{"task", "label": {"column", "share", "of", "positive"}, "drop": [column,
                ...]}`, of which all but the task and the column may be left out.
        """
        label, task = Label(**options["label"]), options["task"]
        features = feature_table(schema, label, options.get("drop", ()))
        return cls(features, label, task, label_classes(schema, label, task))

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Plan":
        """The inverse of `to_plain`."""
        return cls(
            features=tuple(_feature_from_plain(entry) for entry in plain["features"]),
            label=Label(**plain["label"]),
            task=plain["task"],
            classes=tuple(plain["classes"]),
        )

    def to_plain(self) -> dict[str, Any]:
        """The plan as values that JSON can hold."""
        return {
            "features": [_feature_to_plain(feature) for feature in self.features],
            "label": dataclasses.asdict(self.label),
            "task": self.task,
            "classes": list(self.classes),
        }


def _feature_to_plain(feature: Feature) -> dict[str, Any]:
    match feature:
        case Number():
            return {"kind": "number", **dataclasses.asdict(feature)}
        case Category():
            return {"kind": "category", **dataclasses.asdict(feature)}
        case Date():
            return {"kind": "date", **dataclasses.asdict(feature)}
        case _:
            assert_never(feature)


def _feature_from_plain(plain: Mapping[str, Any]) -> Feature:
    entry = dict(plain)
    match entry.pop("kind"):
        case "number":
            return Number(**entry)
        case "date":
            return Date(**entry)
    if entry["values"] is not None:
        entry["values"] = tuple(entry["values"])
    return Category(**entry)
