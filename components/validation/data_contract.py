"""From TFDV's anomalies to findings: what is wrong, in which column and split, in how many rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from components.validation.data_evidence import Column, Share, evidence
from components.validation.offending_rows import OffendingRow
from components.validation.severities import Severities, Severity

NOT_VALIDATED = "NOT_VALIDATED"
"""The kind of finding for a split that ExampleValidator was told to leave out."""

NO_ROWS = "NO_ROWS"
"""The kind of finding for a split without a row."""

_Kind = anomalies_pb2.AnomalyInfo.Type
_KINDS = anomalies_pb2.AnomalyInfo
# Where one of these is reported, a varying shape is the same fact once more.
_MISSING_VALUES = frozenset(
    {_KINDS.FEATURE_TYPE_LOW_FRACTION_PRESENT, _KINDS.FEATURE_TYPE_LOW_NUMBER_PRESENT}
)
_SHOWN_FINDINGS = 20
# Which rows are compared, by the kind of comparison.
_OF_KIND = {"drift": "newest", "skew": "train"}


@dataclass(frozen=True)
class Finding:
    """One breach of the contract in one split.

    Attributes:
        column: The column's name; empty when the split as a whole is meant.
        split: The split's name.
        kind: TFDV's name of the anomaly, such as `ENUM_TYPE_UNEXPECTED_STRING_VALUES`.
        detail: What was found, in words, with the offending values.
        share: In which part of the split's rows; None where the statistics cannot tell.
        severity: What it means for the run.
        note: Why it is that severe, if the configuration says so.
        value: The number that is out of bounds; None where it is not about a number.
        threshold: The bound.
        rows: The first offending rows of the input, whatever their split.
    """

    column: str
    split: str
    kind: str
    detail: str
    share: Share | None
    severity: Severity
    note: str = ""
    value: float | None = None
    threshold: float | None = None
    rows: tuple[OffendingRow, ...] = field(default=())

    def __str__(self) -> str:
        """One line for people."""
        where = f"column {self.column!r}, " if self.column else ""
        share = f" in {self.share}" if self.share else ""
        note = f" ({self.note})" if self.note else ""
        seen = f"; first seen in {', '.join(map(str, self.rows))}" if self.rows else ""
        return f"{where}split {self.split!r}: {self.detail}{share}{note}{seen}"


@dataclass(frozen=True)
class Split:
    """What is known of a split.

    Attributes:
        name: Its name.
        anomalies: What ExampleValidator wrote for it; None if it was told to leave it out.
        statistics: Of all its rows.
    """

    name: str
    anomalies: anomalies_pb2.Anomalies | None
    statistics: statistics_pb2.DatasetFeatureStatistics


def findings(split: Split, schema: schema_pb2.Schema, severities: Severities) -> list[Finding]:
    """Returns a split's findings, in no particular order.

    Args:
        split: The split.
        schema: The contract.
        severities: Of columns. One that is not listed blocks, but one that the schema does not
            know only warns: no step reads it.
    """
    if split.anomalies is None:
        return [Finding("", split.name, NOT_VALIDATED, "not validated", None, "warn")]
    rows = int(split.statistics.num_examples)
    found = [
        Finding("", split.name, kind, detail, None, "block")
        for kind, detail in _about_split(split.anomalies, rows)
    ]
    by_name = {_name(column): column for column in split.statistics.features}
    entries = {feature.name: feature for feature in schema.feature}
    for path, info in split.anomalies.anomaly_info.items():
        name = ".".join(info.path.step) or path
        column = Column(by_name.get(name), entries.get(name), schema, rows)
        for reason in _distinct(info):
            shown = evidence(reason, column)
            severity, note = severities.of(name, _default_severity(info, reason))
            found.append(
                Finding(
                    name,
                    split.name,
                    _Kind.Name(reason.type),
                    shown.detail,
                    shown.share,
                    severity,
                    note,
                    shown.value,
                    shown.threshold,
                )
            )
    return found


def distance_findings(distances: Sequence[dict[str, Any]], severities: Severities) -> list[Finding]:
    """Returns a finding for each distance above its threshold.

    Args:
        distances: As ExampleValidator wrote them.
        severities: Of columns; one that is not listed blocks.
    """
    found = []
    for distance in distances:
        value, limit = distance["value"], distance["threshold"]
        if limit is None or value <= limit:
            continue
        kind, baseline = distance["kind"], distance["baseline"]
        measure = distance["measure"].replace("_", "-")
        detail = f"{kind} of {value:.4f} ({measure}) against {baseline}, at most {limit:g}"
        severity, note = severities.of(distance["column"], "block")
        split = _OF_KIND[kind]
        found.append(
            Finding(
                distance["column"], split, kind.upper(), detail, None, severity, note, value, limit
            )
        )
    return found


def most_severe_first(found: Iterable[Finding]) -> list[Finding]:
    """Sorts by severity, then by the share of rows, then by name."""
    order: dict[str, int] = {"block": 0, "warn": 1, "ignore": 2}
    return sorted(
        found,
        key=lambda finding: (
            order[finding.severity],
            # What concerns the split as a whole comes first.
            -(finding.share.high if finding.share else float(not finding.column)),
            finding.column,
            finding.split,
        ),
    )


def refusal(found: Iterable[Finding]) -> str | None:
    """Returns why the data are refused, a line each; None when nothing blocks."""
    blocking = [f for f in most_severe_first(found) if f.severity == "block"]
    if not blocking:
        return None
    columns = list(dict.fromkeys(finding.column for finding in blocking if finding.column))
    count = "1 finding stops" if len(blocking) == 1 else f"{len(blocking)} findings stop"
    where = f" ({', '.join(columns[:5])}{', …' if len(columns) > 5 else ''})" if columns else ""
    rest = len(blocking) - _SHOWN_FINDINGS
    remedy = "mend the data, or the schema if the data are right"
    if columns:
        remedy += f'; or let the column pass: [data.severities] "{columns[0]}" = "warn"'
    return "\n".join(
        [
            f"{count} the run{where}",
            *map(str, blocking[:_SHOWN_FINDINGS]),
            *([f"and {rest} more, in the log"] if rest > 0 else []),
            remedy,
        ]
    )


def unused_severities(
    severities: Severities,
    schema: schema_pb2.Schema,
    statistics: Iterable[statistics_pb2.DatasetFeatureStatistics],
) -> list[str]:
    """Returns the columns with a severity that neither the schema nor the data have."""
    known = {feature.name for feature in schema.feature}
    known |= {_name(column) for split in statistics for column in split.features}
    return sorted(severities.columns - known)


def _about_split(anomalies: anomalies_pb2.Anomalies, rows: int) -> Iterator[tuple[str, str]]:
    if anomalies.data_missing or rows == 0:
        yield NO_ROWS, "no rows"
    for reason in anomalies.dataset_anomaly_info.reason:
        yield _Kind.Name(reason.type), reason.description.strip()


def _distinct(info: anomalies_pb2.AnomalyInfo) -> list[anomalies_pb2.AnomalyInfo.Reason]:
    if not info.reason:
        return [anomalies_pb2.AnomalyInfo.Reason(description=info.description)]
    kinds = {reason.type for reason in info.reason}
    return [
        reason
        for reason in info.reason
        if reason.type != _KINDS.INVALID_FEATURE_SHAPE or not kinds & _MISSING_VALUES
    ]


def _default_severity(
    info: anomalies_pb2.AnomalyInfo, reason: anomalies_pb2.AnomalyInfo.Reason
) -> Severity:
    is_minor = (
        reason.type == _KINDS.SCHEMA_NEW_COLUMN
        or info.severity == anomalies_pb2.AnomalyInfo.WARNING
    )
    return "warn" if is_minor else "block"


def _name(column: statistics_pb2.FeatureNameStatistics) -> str:
    return column.name or ".".join(column.path.step)
