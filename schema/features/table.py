"""The features of a problem, in the order of the schema.

| in the schema                                           | feature                            |
| ------------------------------------------------------- | ---------------------------------- |
| FLOAT                                                   | Number                             |
| BYTES with a time_domain and a string_format            | Date                               |
| BYTES with a natural_language_domain                    | Text                               |
| BYTES with a string domain, or a bool_domain of texts   | Category, values known             |
| BYTES                                                   | Category, values found in the data |
| INT with a time_domain and an integer_format            | Date                               |
| INT with bool_domain                                    | Category, values 0 and 1           |
| INT with an int_domain of at most `SMALL_DOMAIN` values | Category, values known             |
| INT with a wider or open int_domain that is categorical | Category, values found in the data |
| INT otherwise                                           | Number                             |

An override may ask for another kind, or for more of the same.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.columns import SERVING, TRAINING, Column, columns
from schema.errors import SchemaError
from schema.features.deriving import ColumnFeature, derived
from schema.features.kinds import Buckets, Category, Cross, Feature, Hashed, sources
from schema.features.names import tensor_name, transformed
from schema.features.overrides import Fault, OverrideError, Overrides
from schema.labels import Label

_NOTHING = Overrides()


def feature_table(
    schema: schema_pb2.Schema, label: Label, overrides: Overrides = _NOTHING
) -> tuple[Feature, ...]:
    """The features of a problem: those of one column in the order of the schema, then crosses.

    Left out are the label's column, columns that rows do not have in SERVING, columns in a
    lifecycle stage that validation passes over, and those to drop.

    Args:
        schema: As `read_schema` returns it.
        label: What is learnt.
        overrides: What is said of columns beyond the schema.

    Raises:
        SchemaError: A name that the schema does not know, a label that training rows do not
            have, an override that makes no sense, two features that share a name, or none left.
    """
    by_name = {feature.name: feature for feature in schema.feature}
    crossed = [name for cross in overrides.crosses for name in cross.columns]
    for name in (*label.sources, *overrides.drop, *overrides.columns, *crossed):
        if name not in by_name:
            raise SchemaError(_unknown(name, by_name))
    in_training = {column.name for column in columns(schema, TRAINING)}
    for name in label.sources:
        if name not in in_training:
            raise SchemaError(f"label: column {name!r} is not in the {TRAINING} environment")
    if label.of is not None and by_name[label.of].type == schema_pb2.BYTES:
        raise SchemaError(f"label: a share of column {label.of!r} needs a number, it holds BYTES")
    for path, text in override_faults(schema, label, overrides):
        raise OverrideError(path, text)
    table = tuple(
        derived(column, by_name[column.name], schema, overrides.columns.get(column.name))
        for column in _usable(schema, label)
        if column.name not in overrides.drop
    )
    if not table:
        raise SchemaError(
            "no feature is left; the schema has no SERVING column that is not dropped"
        )
    crosses = tuple(Cross(cross.columns, cross.hash) for cross in overrides.crosses)
    whole = (*table, *crosses)
    _require_distinct_names([*map(sources, whole), (label.column,)])
    return whole


def override_faults(
    schema: schema_pb2.Schema, label: Label, overrides: Overrides
) -> Iterator[Fault]:
    """Yields what makes no sense of overrides; columns that the schema lacks are passed over."""
    usable = {column.name: column for column in _usable(schema, label)}
    entries = {feature.name: feature for feature in schema.feature}
    found: dict[str, ColumnFeature] = {}
    for name, column in usable.items():
        override = overrides.columns.get(name)
        if override is not None and (faults := list(override.faults())):
            yield from ((("columns", name, *path), text) for path, text in faults)
            continue
        try:
            found[name] = derived(column, entries[name], schema, override)
        except OverrideError as error:
            yield error.path, error.text
    for name in overrides.columns:
        if name in entries and (why := _why_no_feature(name, label, overrides, usable)):
            yield ("columns", name), f"{why}; leave it out"
    yield from _cross_faults(label, overrides, usable, entries, found)


def _cross_faults(
    label: Label,
    overrides: Overrides,
    usable: Mapping[str, Column],
    entries: Mapping[str, schema_pb2.Feature],
    found: Mapping[str, ColumnFeature],
) -> Iterator[Fault]:
    seen: set[frozenset[str]] = set()
    for place, cross in enumerate(overrides.crosses):
        path = ("crosses", place, "columns")
        if len(set(cross.columns)) < max(len(cross.columns), 2):
            yield path, "expected two columns or more, each once"
        if frozenset(cross.columns) in seen:
            yield path, "these columns are crossed already; leave it out"
        seen.add(frozenset(cross.columns))
        for inner, name in enumerate(cross.columns):
            if name not in entries:
                continue
            why = _why_no_feature(name, label, overrides, usable)
            feature = found.get(name)
            if not why and feature and not isinstance(feature, Category | Hashed | Buckets):
                kind = type(feature).__name__.lower()
                why = f'found "{name}", a {kind}; only categories and numbers in buckets cross'
                if kind == "number":
                    why += f"; give it buckets: [features.columns.{name}] buckets = 10"
            if why:
                yield (*path, inner), why


def _why_no_feature(
    name: str, label: Label, overrides: Overrides, usable: Mapping[str, Column]
) -> str:
    """Why the column is no feature; empty if it is one."""
    if name == label.column:
        return f'"{name}" is the label\'s column, which is never a feature'
    if name in overrides.drop:
        return f'"{name}" is dropped (features.drop)'
    if name not in usable:
        return f'"{name}" is no feature: requests do not have it, or validation passes over it'
    return ""


def _usable(schema: schema_pb2.Schema, label: Label) -> tuple[Column, ...]:
    """The columns that may be features."""
    return tuple(
        column
        for column in columns(schema, SERVING)
        if column.is_checked and column.name != label.column
    )


def _require_distinct_names(names: Sequence[tuple[str, ...]]) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for name in names:
        other = seen.setdefault(transformed(*name).lower(), name)
        if other != name:
            one, two = (" x ".join(each) for each in (other, name))
            raise SchemaError(
                f"columns {one!r} and {two!r} share the tensor name "
                f"{'_x_'.join(map(tensor_name, name))!r}, "
                "where case does not count; rename one, or drop it (features.drop)"
            )


def _unknown(name: str, known: Sequence[str] | dict[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(sorted(known))}"
    return f"the schema has no column {name!r}{hint}"
