"""What there is to say of the data of a run, as plain values, from TFDV's statistics."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tensorflow_metadata.proto.v0 import statistics_pb2

BINS = 24
_TOP_VALUES = 8
_STANDARD = statistics_pb2.Histogram.STANDARD


@dataclass(frozen=True)
class Side:
    """One column in one set of rows.

    Attributes:
        rows: How many there are.
        missing: The share of them in which nothing stands.
        numbers: Name to figure, of a column of numbers.
        bins: Shares of the rows in `BINS` bins that all sets have in common; empty for text.
        top: The commonest values with their shares; empty for numbers.
        unique: How many values a column of text has.
        infinite: How many of the numbers are infinite, as far as the statistics know; they are in
            no bin.
    """

    rows: int
    missing: float
    numbers: Mapping[str, float] = field(default_factory=dict)
    bins: tuple[float, ...] = ()
    top: tuple[tuple[str, float], ...] = ()
    unique: int = 0
    infinite: int = 0


@dataclass(frozen=True)
class ColumnFacts:
    """One column.

    Attributes:
        name: As in the data.
        kind: `number` or `text`.
        low: Where the first bin begins, a finite number.
        high: Where the last one ends, another.
        sides: Set of rows, such as `train`, to what the column is in it.
        findings: What the gate says of it, as in `verdict.json`.
        distances: How far it has moved, as there.
    """

    name: str
    kind: str
    low: float
    high: float
    sides: Mapping[str, Side]
    findings: Sequence[Mapping[str, Any]]
    distances: Sequence[Mapping[str, Any]]

    @property
    def severity(self) -> str:
        """The worst of its findings; empty without any."""
        found = {finding["severity"] for finding in self.findings}
        return next((s for s in ("block", "warn", "ignore") if s in found), "")


def column_facts(
    sets: Mapping[str, statistics_pb2.DatasetFeatureStatistics], verdict: Mapping[str, Any]
) -> list[ColumnFacts]:
    """Returns all columns, those with findings first, then in the order of the statistics.

    Args:
        sets: Name to statistics of each set of rows.
        verdict: As DataGate wrote it; empty if it has not.
    """
    by_set = {name: {column_name(f): f for f in dataset.features} for name, dataset in sets.items()}
    names = list(dict.fromkeys(name for columns in by_set.values() for name in columns))
    facts = [
        _column(
            name,
            {s: (sets[s], columns[name]) for s, columns in by_set.items() if name in columns},
            [f for f in verdict.get("findings", ()) if f["column"] == name],
            [d for d in verdict.get("distances", ()) if d["column"] == name],
        )
        for name in names
    ]
    order = {"block": 0, "warn": 1, "ignore": 2, "": 3}
    return sorted(facts, key=lambda column: order[column.severity])


def _column(
    name: str,
    sides: Mapping[
        str,
        tuple[statistics_pb2.DatasetFeatureStatistics, statistics_pb2.FeatureNameStatistics],
    ],
    findings: Sequence[Mapping[str, Any]],
    distances: Sequence[Mapping[str, Any]],
) -> ColumnFacts:
    numeric = [f for _, f in sides.values() if f.WhichOneof("stats") == "num_stats"]
    edges = [edge for f in numeric for edge in _finite_edges(f.num_stats)]
    low, high = min(edges, default=0.0), max(edges, default=0.0)
    return ColumnFacts(
        name,
        "number" if numeric else "text",
        low,
        high,
        {s: _side(int(d.num_examples), f, low, high) for s, (d, f) in sides.items()},
        findings,
        distances,
    )


def _side(
    rows: int, feature: statistics_pb2.FeatureNameStatistics, low: float, high: float
) -> Side:
    kind = feature.WhichOneof("stats")
    common = getattr(feature, kind).common_stats
    missing = 1 - common.num_non_missing / rows if rows else 0.0
    if kind == "num_stats":
        stats = feature.num_stats
        present = max(common.num_non_missing, 1)
        infinite = round(sum(b.sample_count for b in _buckets(stats) if not _is_finite(b)))
        numbers = {
            # Of infinite numbers TFDV says "not a number", and 0 for how far they are spread.
            "mean": stats.mean,
            "std": math.nan if infinite else stats.std_dev,
            "min": stats.min,
            "median": stats.median,
            "max": stats.max,
            "zeros": stats.num_zeros / present,
        }
        return Side(rows, missing, numbers, _bins(stats, low, high), infinite=infinite)
    stats = feature.string_stats
    top = tuple((bucket.value, bucket.frequency / max(rows, 1)) for bucket in stats.top_values)
    return Side(rows, missing, top=top[:_TOP_VALUES], unique=int(stats.unique))


def _bins(stats: statistics_pb2.NumericStatistics, low: float, high: float) -> tuple[float, ...]:
    """Shares in common bins; a bucket that lies across several is spread evenly."""
    counts = [0.0] * BINS
    width = high / BINS - low / BINS or 1.0
    for bucket in filter(_is_finite, _buckets(stats)):
        start, end = bucket.low_value, bucket.high_value
        first = min(max(int((start - low) / width), 0), BINS - 1)
        last = min(max(int((end - low) / width), first), BINS - 1)
        for place in range(first, last + 1):
            left, right = low + place * width, low + (place + 1) * width
            overlap = min(end, right) - max(start, left)
            part = overlap / (end - start) if end > start else float(place == first)
            counts[place] += bucket.sample_count * max(part, 0.0)
    total = sum(counts)
    return tuple(count / total for count in counts) if total else ()


def _buckets(
    stats: statistics_pb2.NumericStatistics,
) -> Iterator[statistics_pb2.Histogram.Bucket]:
    for histogram in stats.histograms:
        if histogram.type == _STANDARD:
            yield from histogram.buckets


def _is_finite(bucket: statistics_pb2.Histogram.Bucket) -> bool:
    return math.isfinite(bucket.low_value) and math.isfinite(bucket.high_value)


def _finite_edges(stats: statistics_pb2.NumericStatistics) -> Iterator[float]:
    yield from filter(math.isfinite, (stats.min, stats.max))
    for bucket in filter(_is_finite, _buckets(stats)):
        yield from (bucket.low_value, bucket.high_value)


def column_name(feature: statistics_pb2.FeatureNameStatistics) -> str:
    """The name of the column that statistics are of."""
    return feature.name or ".".join(feature.path.step)
