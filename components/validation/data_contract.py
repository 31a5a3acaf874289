"""From TFDV's anomalies to findings: what is wrong, in which column and split, in how many rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from components.validation.data_evidence import Column, evidence
from components.validation.finding import Finding
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
