"""What a column becomes, by its entry in the schema and by what overrides it."""

from collections.abc import Mapping
from typing import assert_never

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.columns import Column
from schema.features.kinds import (
    TEXT_BUCKETS,
    Buckets,
    Category,
    Date,
    Hashed,
    Number,
    Text,
    TimeUnit,
)
from schema.features.overrides import ColumnOverride, Kind, OverrideError

SMALL_DOMAIN = 100
"""A closed range of integers with at most this many values is taken for codes, not quantities."""

ColumnFeature = Number | Buckets | Category | Hashed | Date | Text

_UNITS: Mapping[int, TimeUnit] = {
    schema_pb2.TimeDomain.UNIX_DAYS: "days",
    schema_pb2.TimeDomain.UNIX_SECONDS: "seconds",
    schema_pb2.TimeDomain.UNIX_MILLISECONDS: "milliseconds",
    schema_pb2.TimeDomain.UNIX_MICROSECONDS: "microseconds",
    schema_pb2.TimeDomain.UNIX_NANOSECONDS: "nanoseconds",
}


def derived(
    column: Column,
    entry: schema_pb2.Feature,
    schema: schema_pb2.Schema,
    override: ColumnOverride | None = None,
) -> ColumnFeature:
    """The feature of one column.

    Args:
        column: The column.
        entry: Its entry in the schema.
        schema: The whole, for named domains.
        override: What else is said of it; right in itself.

    Raises:
        OverrideError: The override does not fit the column's type or domain.
    """
    override = override or ColumnOverride()
    kind = _chosen(column, entry, override)
    match kind:
        case "number" if override.buckets:
            return Buckets(column.name, column.may_be_missing, override.buckets)
        case "number":
            return Number(column.name, column.may_be_missing, override.log)
        case "category" if override.hash:
            return Hashed(column.name, column.may_be_missing, override.hash)
        case "category":
            return _category(column, entry, schema, override)
        case "text":
            return Text(column.name, column.may_be_missing, override.hash or TEXT_BUCKETS)
        case "date":
            return _date(column, entry)
        case _:
            assert_never(kind)


def _usual(column: Column, entry: schema_pb2.Feature) -> Kind:
    """The kind that the schema says."""
    if column.kind == "float":
        return "number"
    if column.kind == "bytes":
        if entry.time_domain.string_format:
            return "date"
        return "text" if entry.HasField("natural_language_domain") else "category"
    if entry.time_domain.integer_format in _UNITS:
        return "date"
    domain = entry.int_domain
    is_code = entry.HasField("bool_domain") or domain.is_categorical or _range(entry)
    return "category" if is_code else "number"


def _possible(column: Column, entry: schema_pb2.Feature) -> tuple[Kind, ...]:
    """The kinds that a column of its type can be."""
    if column.kind == "float":
        return ("number",)
    if column.kind == "bytes":
        return ("category", "text", "date")
    has_unit = entry.time_domain.integer_format in _UNITS
    return ("number", "category", "date") if has_unit else ("number", "category")


def _chosen(column: Column, entry: schema_pb2.Feature, override: ColumnOverride) -> Kind:
    usual, possible = _usual(column, entry), _possible(column, entry)
    fitting = [kind for kind in override.fitting if kind in possible]
    if fitting:
        return usual if usual in fitting else fitting[0]
    key = "as" if override.kind else override.settings[0]
    found = f'found "{override.kind}"; ' if override.kind else f"is for {override.fitting[0]}; "
    held = {"float": "FLOAT", "int": "INT", "bytes": "BYTES"}[column.kind]
    allowed = f"a column of {held} may be: {', '.join(possible)}"
    if override.kind == "date" and column.kind == "int":
        allowed += (
            "; for a date its unit must stand in the schema, such as "
            "time_domain { integer_format: UNIX_SECONDS }"
        )
    raise OverrideError(("columns", column.name, key), f"{found}{allowed}")


def _category(
    column: Column,
    entry: schema_pb2.Feature,
    schema: schema_pb2.Schema,
    override: ColumnOverride,
) -> Category:
    is_integer = column.kind == "int"
    values = _integers(entry) if is_integer else _strings(entry, schema)
    if values is not None and override.vocabulary:
        raise OverrideError(
            ("columns", column.name, "vocabulary"),
            "the schema lists the values of the column, and all of them are known; leave it out",
        )
    return Category(column.name, column.may_be_missing, is_integer, values, override.vocabulary)


def _date(column: Column, entry: schema_pb2.Feature) -> Date:
    domain = entry.time_domain
    if column.kind == "int":
        unit = _UNITS[domain.integer_format]
        return Date(column.name, column.may_be_missing, has_time=unit != "days", unit=unit)
    # Nothing is known of a text that is only here said to be a date.
    has_time = "%H" in domain.string_format if domain.string_format else True
    return Date(column.name, column.may_be_missing, has_time)


def _range(entry: schema_pb2.Feature) -> range | None:
    """The values of a closed domain that is small enough for codes."""
    domain = entry.int_domain
    is_closed = domain.HasField("min") and domain.HasField("max")
    if is_closed and domain.max - domain.min < SMALL_DOMAIN:
        return range(domain.min, domain.max + 1)
    return None


def _integers(entry: schema_pb2.Feature) -> tuple[int, ...] | None:
    if entry.HasField("bool_domain"):
        return (0, 1)
    found = _range(entry)
    return tuple(found) if found else None


def _strings(entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> tuple[str, ...] | None:
    """The values of the column's domain; None without one, or where others may occur."""
    truth = entry.bool_domain
    if truth.true_value and truth.false_value:
        return (truth.false_value, truth.true_value)
    if entry.domain:
        domain = next(domain for domain in schema.string_domain if domain.name == entry.domain)
    else:
        domain = entry.string_domain
    # A domain that holds only a part of the mass lists the usual values, not all of them.
    is_closed = entry.distribution_constraints.min_domain_mass == 1
    return tuple(domain.value) if domain.value and is_closed else None
