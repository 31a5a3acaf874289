"""From TFDV's anomalies to findings: what is wrong, in which column and split, in how many rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

Severity = Literal["block", "warn", "ignore"]

_Reason = anomalies_pb2.AnomalyInfo
_ALL_ROWS = frozenset(
    {
        _Reason.SCHEMA_MISSING_COLUMN,
        _Reason.UNEXPECTED_DATA_TYPE,
        _Reason.FEATURE_TYPE_NOT_PRESENT,
    }
)
# The column is only sometimes there: TFDV reports the same fact under several names.
_MISSING = frozenset(
    {
        _Reason.FEATURE_TYPE_LOW_FRACTION_PRESENT,
        _Reason.FEATURE_TYPE_LOW_NUMBER_PRESENT,
        _Reason.INVALID_FEATURE_SHAPE,
    }
)
_TOO_SMALL = frozenset({_Reason.INT_TYPE_SMALL_INT, _Reason.FLOAT_TYPE_SMALL_FLOAT})
_TOO_BIG = frozenset({_Reason.INT_TYPE_BIG_INT, _Reason.FLOAT_TYPE_BIG_FLOAT})


@dataclass(frozen=True)
class Finding:
    """One breach of the contract in one split.

    Attributes:
        column: The column's name; empty when the split as a whole is meant.
        split: The split's name.
        kind: What sort of breach, in TFDV's words.
        detail: What was found.
        share: In which part of the split's rows, from 0 to 1; None where that cannot be told.
        severity: What it means for the run.
    """

    column: str
    split: str
    kind: str
    detail: str
    share: float | None
    severity: Severity

    def __str__(self) -> str:
        """One line for people."""
        where = f"column {self.column!r}" if self.column else "all columns"
        share = "" if self.share is None else f" in {self.share:.1%} of rows"
        return f"{where}, split {self.split!r}: {self.kind.lower()}{share}: {self.detail}"


def findings(
    split: str,
    anomalies: anomalies_pb2.Anomalies,
    statistics: statistics_pb2.DatasetFeatureStatistics,
    schema: schema_pb2.Schema,
    severities: Mapping[str, Severity],
) -> list[Finding]:
    """Returns the split's findings, those in most rows first.

    Args:
        split: The split's name.
        anomalies: What ExampleValidator wrote for it.
        statistics: The split's statistics.
        schema: The contract.
        severities: Column to severity; others block, but for columns that the schema does not
            know: those only warn, because nothing reads them.
    """
    found = list(_split_findings(split, anomalies, statistics))
    columns = {_name(feature): feature for feature in statistics.features}
    entries = {feature.name: feature for feature in schema.feature}
    domains = {domain.name: domain for domain in schema.string_domain}
    for path, info in anomalies.anomaly_info.items():
        column = ".".join(info.path.step) or path
        for reason in info.reason or [_only_reason(info)]:
            found.append(
                Finding(
                    column=column,
                    split=split,
                    kind=reason.short_description,
                    detail=reason.description.strip(),
                    share=_share(
                        reason.type,
                        columns.get(column),
                        entries.get(column),
                        domains,
                        int(statistics.num_examples),
                    ),
                    severity=severities.get(column, _default_severity(info, reason)),
                )
            )
    return sorted(found, key=lambda finding: (-(finding.share or 0.0), finding.column))


def _split_findings(
    split: str,
    anomalies: anomalies_pb2.Anomalies,
    statistics: statistics_pb2.DatasetFeatureStatistics,
) -> Iterator[Finding]:
    if anomalies.data_missing or statistics.num_examples == 0:
        yield Finding("", split, "No rows", "the split is empty", None, "block")
    for reason in anomalies.dataset_anomaly_info.reason:
        yield Finding(
            "", split, reason.short_description, reason.description.strip(), None, "block"
        )


def _only_reason(info: anomalies_pb2.AnomalyInfo) -> anomalies_pb2.AnomalyInfo.Reason:
    return anomalies_pb2.AnomalyInfo.Reason(
        short_description=info.short_description, description=info.description
    )


def _default_severity(
    info: anomalies_pb2.AnomalyInfo, reason: anomalies_pb2.AnomalyInfo.Reason
) -> Severity:
    is_minor = (
        reason.type == _Reason.SCHEMA_NEW_COLUMN
        or info.severity == anomalies_pb2.AnomalyInfo.WARNING
    )
    return "warn" if is_minor else "block"


def _share(
    kind: "anomalies_pb2.AnomalyInfo.Type",
    statistics: statistics_pb2.FeatureNameStatistics | None,
    entry: schema_pb2.Feature | None,
    domains: Mapping[str, schema_pb2.StringDomain],
    rows: int,
) -> float | None:
    if kind in _ALL_ROWS:
        return 1.0
    if statistics is None or rows == 0:
        return None
    common = _common(statistics)
    if kind in _MISSING:
        return 1.0 - int(common.num_non_missing) / rows
    if kind == _Reason.SCHEMA_NEW_COLUMN:
        return int(common.num_non_missing) / rows
    if entry is None:
        return None
    if kind == _Reason.ENUM_TYPE_UNEXPECTED_STRING_VALUES:
        known = domains[entry.domain] if entry.domain else entry.string_domain
        ranks = statistics.string_stats.rank_histogram.buckets
        return sum(b.sample_count for b in ranks if b.label not in set(known.value)) / rows
    low, high = _bounds(entry)
    if kind in _TOO_SMALL and low is not None:
        return _rows_between(statistics.num_stats, -float("inf"), low) / rows
    if kind in _TOO_BIG and high is not None:
        return _rows_between(statistics.num_stats, high, float("inf")) / rows
    return None


def _bounds(entry: schema_pb2.Feature) -> tuple[float | None, float | None]:
    domain = entry.int_domain if entry.HasField("int_domain") else entry.float_domain
    return (
        domain.min if domain.HasField("min") else None,
        domain.max if domain.HasField("max") else None,
    )


def _rows_between(statistics: statistics_pb2.NumericStatistics, low: float, high: float) -> float:
    """Rows whose value lies strictly between, as far as the quantile histogram can tell."""
    total = 0.0
    for histogram in statistics.histograms:
        if histogram.type == statistics_pb2.Histogram.QUANTILES:
            for bucket in histogram.buckets:
                width = bucket.high_value - bucket.low_value
                inside = min(bucket.high_value, high) - max(bucket.low_value, low)
                if width == 0:
                    total += bucket.sample_count * (low < bucket.low_value < high)
                elif inside > 0:
                    total += bucket.sample_count * inside / width
    return total


def _common(statistics: statistics_pb2.FeatureNameStatistics) -> statistics_pb2.CommonStatistics:
    kind = statistics.WhichOneof("stats")
    common: statistics_pb2.CommonStatistics = getattr(statistics, kind).common_stats
    return common


def _name(statistics: statistics_pb2.FeatureNameStatistics) -> str:
    return statistics.name or ".".join(statistics.path.step)
