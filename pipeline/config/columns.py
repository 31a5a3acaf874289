"""Whether the columns that a *what* file names are in the schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.errors import InputError
from components.locations import resolve
from pipeline.config.data_sections import Data
from pipeline.config.fairness import positive_problems
from pipeline.config.features import named_columns, override_problems, overrides_of
from pipeline.config.gates import named_slices
from pipeline.config.judging_sections import Evaluation
from pipeline.config.learning_sections import Features, Label
from pipeline.config.problems import Problem, among, did_you_mean, unlisted, wrong
from pipeline.config.toml_lines import KeyPath
from schema import SERVING, TRAINING, SchemaError, columns, read_schema
from schema import features as schema_features
from schema import labels as schema_labels

_SCHEMA_KEY = ("data", "schema")


def column_problems(parts: Mapping[str, Any]) -> Iterator[Problem]:
    """Compares with the schema whatever of the file is right in itself.

    Args:
        parts: Sections by key; those that are wrong are left out.
    """
    data = parts.get("data")
    if not isinstance(data, Data):
        return
    try:
        contract = read_schema(resolve(data.schema_))
    except (SchemaError, InputError) as error:
        yield Problem(_SCHEMA_KEY, str(error))
        return
    for environment in (TRAINING, SERVING):
        if environment not in contract.default_environment:
            listed = ", ".join(contract.default_environment) or "none"
            yield Problem(
                _SCHEMA_KEY,
                f"{data.schema_} lists the environments: {listed}; "
                f'expected default_environment: "{environment}" among them',
            )
            return
    kinds = {column.name: column.kind for column in columns(contract)}
    problems = list(_unknown(parts, data, tuple(kinds)))
    label = parts.get("label")
    if isinstance(label, Label) and label.of is not None:
        problems += _texts(label, kinds)
    yield from problems
    features, task = parts.get("features"), parts.get("task")
    if problems or not isinstance(label, Label) or not isinstance(features, Features):
        return
    if (label.share is None) == (label.of is None) and task is not None:
        learnt = schema_labels.Label(**label.model_dump())
        senseless = list(override_problems(contract, learnt, features))
        yield from senseless
        if senseless:
            return
        try:
            schema_features.feature_table(contract, learnt, overrides_of(features))
            classes = schema_labels.label_classes(contract, learnt, task)
        except SchemaError as error:
            yield Problem(_SCHEMA_KEY, f"does not fit this file: {error}")
            return
        if task == "multiclass" and isinstance(parts.get("evaluation"), Evaluation):
            yield from positive_problems(classes, parts["evaluation"])


def _unknown(parts: Mapping[str, Any], data: Data, known: tuple[str, ...]) -> Iterator[Problem]:
    the_schema_has = f"{data.schema_} has"
    for path, name in _named(parts, data):
        if name not in known:
            yield unlisted(path, name, known, what=the_schema_has)
    for table in ("severities", "waivers"):
        for name, value in getattr(data, table).items():
            # A column that the schema does not know only warns, so that `block` says something.
            if name not in known and value != "block":
                yield Problem(
                    ("data", table, name),
                    f"unknown column;{did_you_mean(name, known)} {the_schema_has}: {among(known)}",
                )


def _named(parts: Mapping[str, Any], data: Data) -> Iterator[tuple[KeyPath, str]]:
    label, features, evaluation = (parts.get(key) for key in ("label", "features", "evaluation"))
    if isinstance(label, Label):
        yield ("label", "column"), label.column
        if label.of is not None:
            yield ("label", "of"), label.of
    if isinstance(features, Features):
        yield from named_columns(features)
    for section, slices in (
        ("data", data.slices),
        ("evaluation", evaluation.slices if isinstance(evaluation, Evaluation) else ()),
    ):
        for place, names in enumerate(slices):
            for inner, name in enumerate(names):
                yield (section, "slices", place, inner), name
    if isinstance(evaluation, Evaluation):
        yield from named_slices(evaluation)
        for place, name in enumerate(evaluation.fairness.columns):
            yield ("evaluation", "fairness", "columns", place), name


def _texts(label: Label, kinds: Mapping[str, str]) -> Iterator[Problem]:
    """A share is of numbers."""
    for key, name in (("column", label.column), ("of", label.of)):
        if name is not None and kinds.get(name) == "bytes":
            yield wrong(("label", key), name, "a column of numbers; this one holds text")
