"""How a column becomes a feature, derived from its entry in the schema.

| in the schema                                           | feature                            |
| ------------------------------------------------------- | ---------------------------------- |
| FLOAT                                                   | Number                             |
| BYTES with a time_domain and a string_format            | Date                               |
| BYTES with a string domain                              | Category, values known             |
| BYTES                                                   | Category, values found in the data |
| INT with bool_domain                                    | Category, values 0 and 1           |
| INT with an int_domain of at most `SMALL_DOMAIN` values | Category, values known             |
| INT with a wider or open int_domain that is categorical | Category, values found in the data |
| INT otherwise                                           | Number                             |
"""

import difflib
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.columns import SERVING, TRAINING, Column, columns
from schema.errors import SchemaError
from schema.labels import Label

SMALL_DOMAIN = 100
"""A closed range of integers with at most this many values is taken for codes, not quantities."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_]")
# The tensors of a signature become arguments of a Python method when it is saved and loaded.
_RESERVED = frozenset((*keyword.kwlist, "self"))


@dataclass(frozen=True)
class Number:
    """A quantity.

    Attributes:
        column: The raw column.
        may_be_missing: Then the model is also told whether it was.
    """

    column: str
    may_be_missing: bool


@dataclass(frozen=True)
class Category:
    """One of a set of strings or integer codes.

    Attributes:
        column: The raw column.
        may_be_missing: Whether a row without a value keeps the contract.
        is_integer: Whether the raw values are int64 codes, else bytes.
        values: All of them where the schema closes the domain, so that a value keeps its id from
            one training to the next; None where they must be found in the data.
    """

    column: str
    may_be_missing: bool
    is_integer: bool
    values: tuple[int, ...] | tuple[str, ...] | None = None


@dataclass(frozen=True)
class Date:
    """A day, or a moment, as ISO 8601 text.

    Attributes:
        column: The raw column.
        may_be_missing: Then the model is also told whether it was.
        has_time: Whether the hour means something.
    """

    column: str
    may_be_missing: bool
    has_time: bool


Feature = Number | Category | Date


def tensor_name(column: str) -> str:
    """The column's name where only ASCII letters, digits and `_` may stand.

    Such names pass unchanged; each other character becomes its code point between `_u` and `_`:
    `"fare"` → `"fare"`, `"trip miles"` → `"trip_u20_miles"`, `"a/b.c"` → `"a_u2f_b_u2e_c"`. Words
    that no argument may be called have `_u_` behind them: `"class"` → `"class_u_"`.
    """
    name = _UNSAFE.sub(lambda match: f"_u{ord(match[0]):x}_", column)
    if name in _RESERVED:
        return f"{name}_u_"
    return name if re.match(r"[A-Za-z]", name) else f"c{name}"


def compared_name(column: str) -> str:
    """What must differ between the columns of a problem: TensorFlow ignores case in names."""
    return tensor_name(column).lower()


def transformed(column: str) -> str:
    """The name of what Transform makes of the column, the only place that knows it."""
    return f"{tensor_name(column)}_xf"


def feature_table(
    schema: schema_pb2.Schema, label: Label, drop: Sequence[str] = ()
) -> tuple[Feature, ...]:
    """The features of a problem, in the order of the schema.

    Left out are the label's column, columns that rows do not have in SERVING, columns in a
    lifecycle stage that validation passes over, and those to drop.

    Args:
        schema: As `read_schema` returns it.
        label: What is learnt.
        drop: Raw columns that the model must not see.

    Raises:
        SchemaError: A name that the schema does not know, a label that training rows do not
            have, two columns that share a tensor name, or no feature left.
    """
    by_name = {feature.name: feature for feature in schema.feature}
    for name in (*label.sources, *drop):
        if name not in by_name:
            raise SchemaError(_unknown(name, by_name))
    in_training = {column.name for column in columns(schema, TRAINING)}
    for name in label.sources:
        if name not in in_training:
            raise SchemaError(f"label: column {name!r} is not in the {TRAINING} environment")
    if label.of is not None and by_name[label.of].type == schema_pb2.BYTES:
        raise SchemaError(f"label: a share of column {label.of!r} needs a number, it holds BYTES")
    table = tuple(
        _feature(column, by_name[column.name], schema)
        for column in columns(schema, SERVING)
        if column.is_checked and column.name != label.column and column.name not in drop
    )
    if not table:
        raise SchemaError(
            "no feature is left; the schema has no SERVING column that is not dropped"
        )
    _require_distinct_tensor_names([*(feature.column for feature in table), label.column])
    return table


def _feature(column: Column, entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> Feature:
    if column.kind == "float":
        return Number(column.name, column.may_be_missing)
    if column.kind == "bytes" and entry.time_domain.string_format:
        has_time = "%H" in entry.time_domain.string_format
        return Date(column.name, column.may_be_missing, has_time)
    if column.kind == "bytes":
        return Category(
            column.name, column.may_be_missing, is_integer=False, values=_strings(entry, schema)
        )
    domain = entry.int_domain
    if entry.HasField("bool_domain"):
        return Category(column.name, column.may_be_missing, is_integer=True, values=(0, 1))
    if domain.HasField("min") and domain.HasField("max") and domain.max - domain.min < SMALL_DOMAIN:
        values = tuple(range(domain.min, domain.max + 1))
        return Category(column.name, column.may_be_missing, is_integer=True, values=values)
    if domain.is_categorical:
        return Category(column.name, column.may_be_missing, is_integer=True)
    return Number(column.name, column.may_be_missing)


def _strings(entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> tuple[str, ...] | None:
    """The values of the column's string domain; None without one, or where others may occur."""
    if entry.domain:
        domain = next(domain for domain in schema.string_domain if domain.name == entry.domain)
    else:
        domain = entry.string_domain
    # A domain that holds only a part of the mass lists the usual values, not all of them.
    is_closed = entry.distribution_constraints.min_domain_mass == 1
    return tuple(domain.value) if domain.value and is_closed else None


def _require_distinct_tensor_names(names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(compared_name(name), name)
        if other != name:
            raise SchemaError(
                f"columns {other!r} and {name!r} share the tensor name {tensor_name(name)!r}, "
                "where case does not count; rename one, or drop it (features.drop)"
            )


def _unknown(name: str, known: Sequence[str] | dict[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(sorted(known))}"
    return f"the schema has no column {name!r}{hint}"
