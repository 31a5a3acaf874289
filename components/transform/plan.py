"""What preprocessing needs to know of a problem, and its crossing into TensorFlow Transform."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.features import Feature, Overrides, feature_table
from schema.labels import Classes, Label, Task, label_classes

_KINDS = {kind.__name__: kind for kind in get_args(Feature)}


@dataclass(frozen=True)
class Plan:
    """The features and the label of a problem.

    Attributes:
        features: One entry a feature, in the order of the schema.
        label: What is learnt.
        task: What is learnt of it.
        classes: The label's values, in the order of their ids; none for a number as it stands.
        preprocessing_fn: Dotted path of a function that makes the features instead; then they say
            only which columns there are.
    """

    features: tuple[Feature, ...]
    label: Label
    task: Task
    classes: Classes = ()
    preprocessing_fn: str | None = None

    @classmethod
    def from_schema(cls, schema: schema_pb2.Schema, options: Mapping[str, Any]) -> "Plan":
        """Derives the plan.

        Args:
            schema: The contract with the data.
            options: `{"task", "label": {"column", "share", "of", "positive"}, "features": {...}}`,
                of which all but the task and the column may be left out; for the last see
                `Overrides.from_plain`, beside which it may have `preprocessing_fn`.
        """
        label, task = Label(**options["label"]), options["task"]
        said = options.get("features", {})
        features = feature_table(schema, label, Overrides.from_plain(said))
        classes = label_classes(schema, label, task)
        return cls(features, label, task, classes, said.get("preprocessing_fn"))

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Plan":
        """The inverse of `to_plain`."""
        return cls(
            features=tuple(_feature_from_plain(entry) for entry in plain["features"]),
            label=Label(**plain["label"]),
            task=plain["task"],
            classes=tuple(plain["classes"]),
            preprocessing_fn=plain["preprocessing_fn"],
        )

    def to_plain(self) -> dict[str, Any]:
        """The plan as values that JSON can hold."""
        return {
            "features": [_feature_to_plain(feature) for feature in self.features],
            "label": dataclasses.asdict(self.label),
            "task": self.task,
            "classes": list(self.classes),
            "preprocessing_fn": self.preprocessing_fn,
        }


def _feature_to_plain(feature: Feature) -> dict[str, Any]:
    return {"kind": type(feature).__name__, **dataclasses.asdict(feature)}


def _feature_from_plain(plain: Mapping[str, Any]) -> Feature:
    # JSON has lists where these have tuples.
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
    }
    kind: type[Feature] = _KINDS[values.pop("kind")]
    return kind(**values)
