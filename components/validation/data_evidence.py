"""What the statistics of a column show for an anomaly: the offending values, and their share."""

import sys
from dataclasses import dataclass

from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

_KINDS = anomalies_pb2.AnomalyInfo
_TOO_SMALL = frozenset({_KINDS.INT_TYPE_SMALL_INT, _KINDS.FLOAT_TYPE_SMALL_FLOAT})
_TOO_BIG = frozenset({_KINDS.INT_TYPE_BIG_INT, _KINDS.FLOAT_TYPE_BIG_FLOAT})
_TOO_FEW = frozenset({_KINDS.FEATURE_TYPE_LOW_FRACTION_PRESENT, _KINDS.FEATURE_TYPE_NOT_PRESENT})
_SHOWN_VALUES = 5
# Beyond it there is infinity only.
_LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Share:
    """A part of a split's rows, from 0 to 1, as exactly as the statistics know it.

    Attributes:
        low: At least this part.
        high: At most this part.
    """

    low: float
    high: float

    def __str__(self) -> str:
        """`10.0 % of rows`, or between which bounds."""
        if self.low == self.high:
            return f"{_percent(self.low)} of rows"
        if _percent(self.low) in ("0.0 %", "< 0.1 %"):
            return f"at most {_percent(self.high)} of rows"
        return f"{_percent(self.low)} to {_percent(self.high)} of rows"


@dataclass(frozen=True)
class Column:
    """All that is known of a column in a split.

    Attributes:
        statistics: None when no row has the column.
        entry: Its entry in the schema; None when the schema does not know it.
        schema: The contract, for the domains that columns share.
        rows: Rows in the split.
    """

    statistics: statistics_pb2.FeatureNameStatistics | None
    entry: schema_pb2.Feature | None
    schema: schema_pb2.Schema
    rows: int

    @property
    def present(self) -> int:
        """Rows that have a value."""
        if self.statistics is None:
            return 0
        kind = self.statistics.WhichOneof("stats")
        return int(getattr(self.statistics, kind).common_stats.num_non_missing)

    def share(self, rows: int) -> Share:
        """A count of rows as a part of all."""
        part = rows / self.rows if self.rows else 1.0
        return Share(part, part)

    def domain(self) -> frozenset[str]:
        """The strings that the schema lists."""
        if self.entry is None:
            return frozenset()
        if not self.entry.domain:
            return frozenset(self.entry.string_domain.value)
        named = (d for d in self.schema.string_domain if d.name == self.entry.domain)
        return frozenset(value for domain in named for value in domain.value)


@dataclass(frozen=True)
class Evidence:
    """What was found.

    Attributes:
        detail: In words, with the offending values.
        share: In which part of the rows; None where the statistics cannot tell.
        value: The number that is out of bounds; None where it is not about a number.
        threshold: The bound.
    """

    detail: str
    share: Share | None = None
    value: float | None = None
    threshold: float | None = None


def evidence(reason: anomalies_pb2.AnomalyInfo.Reason, column: Column) -> Evidence:
    """Returns what the statistics show for an anomaly.

    Args:
        reason: One anomaly of the column; kinds that are not known here keep TFDV's words.
        column: The column in the split.
    """
    kind, entry, statistics = reason.type, column.entry, column.statistics
    if kind == _KINDS.SCHEMA_MISSING_COLUMN:
        return Evidence("the column is missing", column.share(column.rows), 0.0, 1.0)
    if kind == _KINDS.SCHEMA_NEW_COLUMN:
        return Evidence(f"{_not_expected(entry)}, with a value", column.share(column.present))
    if entry is None or statistics is None:
        return Evidence(_words(reason))
    if kind in _TOO_FEW:
        allowed = 1 - entry.presence.min_fraction
        missing = column.share(column.rows - column.present)
        return Evidence(f"no value (allowed: {_percent(allowed)})", missing, missing.high, allowed)
    if kind == _KINDS.FEATURE_TYPE_LOW_NUMBER_PRESENT:
        needed = entry.presence.min_count
        detail = f"a value in {column.present} rows, at least {needed} must have one; none"
        missing = column.share(column.rows - column.present)
        return Evidence(detail, missing, column.present, needed)
    if kind == _KINDS.ENUM_TYPE_UNEXPECTED_STRING_VALUES:
        detail, share = _unexpected_strings(statistics, column)
        least = entry.distribution_constraints.min_domain_mass
        return Evidence(detail, share, share.high, round(1 - least, 9))
    if kind == _KINDS.UNEXPECTED_DATA_TYPE:
        return Evidence(_words(reason), column.share(column.present))
    if kind == _KINDS.FLOAT_TYPE_HAS_INF:
        infinite = _part_outside(statistics.num_stats, column.rows, -_LARGEST, _LARGEST)
        return Evidence("infinite values, which the schema does not allow,", infinite)
    low, high = _bounds(entry)
    numbers = statistics.num_stats
    if kind in _TOO_SMALL and low is not None:
        detail = f"values down to {_number(numbers.min)}, the smallest allowed is {_number(low)},"
        return Evidence(detail, _part_outside(numbers, column.rows, below=low), numbers.min, low)
    if kind in _TOO_BIG and high is not None:
        detail = f"values up to {_number(numbers.max)}, the largest allowed is {_number(high)},"
        return Evidence(detail, _part_outside(numbers, column.rows, above=high), numbers.max, high)
    return Evidence(_words(reason))


def _not_expected(entry: schema_pb2.Feature | None) -> str:
    if entry is None:
        return "a column that the schema does not know"
    if entry.not_in_environment:
        return f"a column that the schema keeps out of {' and '.join(entry.not_in_environment)}"
    return "a column that the schema has in other environments only"


def _unexpected_strings(
    statistics: statistics_pb2.FeatureNameStatistics, column: Column
) -> tuple[str, Share]:
    known = column.domain()
    ranks = statistics.string_stats.rank_histogram.buckets
    strange = [(b.label, int(b.sample_count)) for b in ranks if b.label not in known]
    strange.sort(key=lambda item: (-item[1], item[0]))
    shown = ", ".join(
        f"{label!r} ({_percent(count / column.rows)})" for label, count in strange[:_SHOWN_VALUES]
    )
    rest = len(strange) - _SHOWN_VALUES
    more = f" and {rest:,} more" if rest > 0 else ""
    low = sum(count for _, count in strange)
    # The histogram holds about the thousand commonest values; the others may be listed or not.
    uncounted = column.present - int(sum(b.sample_count for b in ranks))
    share = Share(low / column.rows, (low + uncounted) / column.rows)
    return f"unexpected values {shown}{more}, which the schema does not list,", share


def _part_outside(
    numbers: statistics_pb2.NumericStatistics,
    rows: int,
    below: float = -float("inf"),
    above: float = float("inf"),
) -> Share | None:
    """How many rows lie outside, as far as the quantiles tell: a bucket may lie across a bound."""
    histograms = [h for h in numbers.histograms if h.type == statistics_pb2.Histogram.QUANTILES]
    if not histograms or not rows:
        return None
    buckets = histograms[0].buckets
    wholly = sum(b.sample_count for b in buckets if b.high_value < below or b.low_value > above)
    partly = sum(b.sample_count for b in buckets if b.low_value < below or b.high_value > above)
    return Share(max(wholly, 1) / rows, min(partly, rows) / rows)


def _bounds(entry: schema_pb2.Feature) -> tuple[float | None, float | None]:
    domain = entry.int_domain if entry.HasField("int_domain") else entry.float_domain
    return (
        domain.min if domain.HasField("min") else None,
        domain.max if domain.HasField("max") else None,
    )


def _words(reason: anomalies_pb2.AnomalyInfo.Reason) -> str:
    return " ".join(reason.description.split()).rstrip(".")


def _percent(part: float) -> str:
    if 0 < part < 0.001:
        return "< 0.1 %"
    return f"{100 * part:.1f} %"


def _number(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.7g}"
