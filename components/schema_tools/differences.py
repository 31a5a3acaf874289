"""How two schemas differ, in words."""

import math
from collections.abc import Iterator
from typing import Any

from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

_SHOWN_VALUES = 5


def differences(
    curated: schema_pb2.Schema,
    inferred: schema_pb2.Schema,
    statistics: statistics_pb2.DatasetFeatureStatistics,
) -> Iterator[tuple[str, str]]:
    """Yields column and difference, in the order of the curated schema.

    Args:
        curated: What people made of it.
        inferred: What the data say.
        statistics: Of the same data.
    """
    by_name = {column.name or ".".join(column.path.step): column for column in statistics.features}
    before = {feature.name: feature for feature in curated.feature}
    after = {feature.name: feature for feature in inferred.feature}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield name, "in the curated schema only"
        elif name not in before:
            yield name, f"in the data only, as {_type(after[name])}"
        elif not _values(by_name[name]).common_stats.num_non_missing:
            yield name, "no value in the data"
        else:
            if outside := _outside(before[name], by_name[name].num_stats):
                yield name, outside
            for difference in _between(before[name], after[name], curated, inferred):
                yield name, difference


def _between(
    curated: schema_pb2.Feature,
    inferred: schema_pb2.Feature,
    its_schema: schema_pb2.Schema,
    other_schema: schema_pb2.Schema,
) -> Iterator[str]:
    if curated.type != inferred.type:
        yield f"type {_type(curated)}, the data have {_type(inferred)}"
    before, after = (round(100 * f.presence.min_fraction, 1) for f in (curated, inferred))
    if before != after:
        yield f"in at least {before:g} % of rows, the data have it in {_least(after)}"
    known, seen = _domain(curated, its_schema), _domain(inferred, other_schema)
    if known and seen:
        if new := [value for value in seen if value not in set(known)]:
            yield f"values that the domain lacks: {_some(new)}"
        if absent := [value for value in known if value not in set(seen)]:
            yield f"values that the data lack: {_some(absent)}"
    elif seen or known:
        yield (
            f"no domain, the data have {len(seen)} values"
            if seen
            else f"a domain of {len(known)} values, the data have too many to list"
        )


def _outside(curated: schema_pb2.Feature, numbers: statistics_pb2.NumericStatistics) -> str:
    """The range of numbers, where it goes beyond the domain; empty where it does not."""
    field = curated.WhichOneof("domain_info")
    if field not in ("int_domain", "float_domain") or not numbers.common_stats.num_non_missing:
        return ""
    domain = getattr(curated, field)
    low = domain.min if domain.HasField("min") else -math.inf
    high = domain.max if domain.HasField("max") else math.inf
    if low <= numbers.min and numbers.max <= high:
        return ""
    found = f"{numbers.min:.7g} to {numbers.max:.7g}"
    return f"domain {low:.7g} to {high:.7g}, the data have {found}"


def _values(column: statistics_pb2.FeatureNameStatistics) -> Any:
    return getattr(column, column.WhichOneof("stats"))


def _least(percent: float) -> str:
    return f"{percent:g} %" if percent else "not every one"


def _type(feature: schema_pb2.Feature) -> str:
    return schema_pb2.FeatureType.Name(feature.type)


def _domain(feature: schema_pb2.Feature, schema: schema_pb2.Schema) -> list[str]:
    if not feature.domain:
        return list(feature.string_domain.value)
    return [v for d in schema.string_domain if d.name == feature.domain for v in d.value]


def _some(values: list[str]) -> str:
    rest = len(values) - _SHOWN_VALUES
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(map(repr, values[:_SHOWN_VALUES])) + more
