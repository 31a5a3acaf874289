"""Whether what a *what* file says of columns as features makes sense."""

import importlib.util
from collections.abc import Iterator
from typing import Any

from tensorflow_metadata.proto.v0 import schema_pb2

from pipeline.config.data_sections import Data
from pipeline.config.learning_sections import Features, Training
from pipeline.config.problems import Problem, shown
from pipeline.config.toml_lines import KeyPath
from schema import features as schema_features
from schema.labels import Label


def named_columns(features: Features) -> Iterator[tuple[KeyPath, str]]:
    """Yields every column that the section names, with the key where it stands."""
    for place, name in enumerate(features.drop):
        yield ("features", "drop", place), name
    for name in features.columns:
        yield ("features", "columns", name), name
    for place, cross in enumerate(features.crosses):
        for inner, name in enumerate(cross.columns):
            yield ("features", "crosses", place, "columns", inner), name


def hidden_feature_problems(data: Data, features: Features) -> Iterator[Problem]:
    """Personal data is no feature."""
    for path, name in named_columns(features):
        if name in data.identifiers:
            yield Problem(
                path,
                f"{shown(name)} is personal data (data.columns), which is never a feature; "
                "leave it out",
            )


def overrides_of(features: Features) -> schema_features.Overrides:
    """The section as the steps understand it."""
    return schema_features.Overrides.from_plain(plain_features(features))


def plain_features(features: Features) -> dict[str, Any]:
    """The section as plain values; what the file does not say is left out."""
    return features.model_dump(mode="json", by_alias=True, exclude_none=True)


def own_function_problems(features: Features, training: Training) -> Iterator[Problem]:
    """The problem's own functions must be there, and do not go with what they do instead."""
    for path, name in (
        (("features", "preprocessing_fn"), features.preprocessing_fn),
        (("training", "build_model"), training.build_model),
    ):
        module = name.rpartition(".")[0] if name else ""
        if module and not _is_module(module):
            yield Problem(
                path,
                f"found {shown(name)}; there is no module {shown(module)}; it must lie in the "
                "project's folder, or be installed",
            )
    if features.preprocessing_fn:
        for key in ("columns", "crosses"):
            if getattr(features, key):
                yield Problem(
                    ("features", key),
                    "does not go with features.preprocessing_fn, which makes all features; leave "
                    "one of them out",
                )


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def override_problems(
    contract: schema_pb2.Schema, label: Label, features: Features
) -> Iterator[Problem]:
    """Overrides that contradict themselves or the schema; unknown columns are passed over."""
    faults = schema_features.override_faults(contract, label, overrides_of(features))
    for path, text in faults:
        yield Problem(("features", *path), text)
