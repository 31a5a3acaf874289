"""How far apart two sets of rows are, column by column.

Numbers are compared by the Jensen-Shannon divergence of their histograms, categories by the
L-infinity distance of their values' shares, both as TFDV computes them and both between 0 and 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

Kind = Literal["drift", "skew"]

_MEASURES = {
    anomalies_pb2.DriftSkewInfo.Measurement.JENSEN_SHANNON_DIVERGENCE: "jensen_shannon",
    anomalies_pb2.DriftSkewInfo.Measurement.L_INFTY: "l_infinity",
}
# No distance is larger, so that a column without a threshold of its own is measured, not judged.
_NO_LIMIT = 1.0


@dataclass(frozen=True)
class Distance:
    """How far a column's values are from those that they are compared with.

    Attributes:
        column: Its name.
        kind: `drift` against the span before, `skew` against served rows.
        measure: `jensen_shannon` or `l_infinity`.
        value: From 0, alike, to 1.
        threshold: The most that the schema allows; None where it sets no limit.
        baseline: What it was compared with, in words.
    """

    column: str
    kind: Kind
    measure: str
    value: float
    threshold: float | None
    baseline: str


@dataclass(frozen=True)
class Growth:
    """How many rows there are, against how many there were.

    Attributes:
        value: How many times as many.
        low: At least so many times; None where the schema sets no such limit.
        high: At most so many times.
        baseline: What they were compared with, in words.
    """

    value: float
    low: float | None
    high: float | None
    baseline: str


def distances(
    kind: Kind,
    rows: statistics_pb2.DatasetFeatureStatistics,
    baseline: statistics_pb2.DatasetFeatureStatistics,
    schema: schema_pb2.Schema,
    name: str,
) -> list[Distance]:
    """Returns the distance of every column of which both have values and that the schema knows.

    Args:
        kind: Which of the schema's comparators count.
        rows: The newest rows, or those that are trained on.
        baseline: What they are compared with.
        schema: With thresholds in `drift_comparator` and `skew_comparator`.
        name: Of the baseline, in words.
    """
    limits = {feature.name: feature for feature in schema.feature}
    against = {
        "previous_statistics" if kind == "drift" else "serving_statistics": _listed(baseline)
    }
    # Distances are the same in every environment: only anomalies, which are not looked at, differ.
    found = tfdv.validate_statistics(_listed(rows), _measuring_all(schema, kind), **against)
    return [
        Distance(
            column,
            kind,
            _MEASURES[measurement.type],
            measurement.value,
            _threshold(limits[column], kind, _MEASURES[measurement.type]),
            name,
        )
        for column, measurement in _measurements(found, kind)
        # Against nothing TFDV measures something all the same.
        if _has_values(rows, column) and _has_values(baseline, column)
    ]


def not_measured(
    kind: Kind,
    rows: statistics_pb2.DatasetFeatureStatistics,
    baseline: statistics_pb2.DatasetFeatureStatistics,
    schema: schema_pb2.Schema,
    name: str,
    found: Sequence[Distance],
) -> list[str]:
    """Returns which columns have a threshold and no distance, and why, in words.

    Args:
        kind: Which of the schema's comparators count.
        rows: The newest rows, or those that are trained on.
        baseline: What they are compared with.
        schema: With the thresholds.
        name: Of the baseline, in words.
        found: The distances.
    """
    measured = {distance.column for distance in found}
    sides = (rows, "these rows"), (baseline, name)
    told = []
    for feature in schema.feature:
        if feature.name in measured or not _is_limited(feature, kind):
            continue
        lacking = [name for side, name in sides if not _has_values(side, feature.name)]
        why = f"no value in {' and '.join(lacking)}" if lacking else "validation passes it over"
        told.append(f"{kind} of {feature.name} ({why})")
    return told


def growth(
    rows: statistics_pb2.DatasetFeatureStatistics,
    baseline: statistics_pb2.DatasetFeatureStatistics,
    schema: schema_pb2.Schema,
    name: str,
) -> Growth | None:
    """Returns how many times as many rows there are; None where the schema sets no bounds.

    Args:
        rows: The newest rows.
        baseline: Those of the span before.
        schema: With bounds in `num_examples_drift_comparator`.
        name: Of the baseline, in words.
    """
    bounds = schema.dataset_constraints.num_examples_drift_comparator
    low, high = (
        getattr(bounds, field) if bounds.HasField(field) else None
        for field in ("min_fraction_threshold", "max_fraction_threshold")
    )
    if (low is None and high is None) or not baseline.num_examples:
        return None
    return Growth(rows.num_examples / baseline.num_examples, low, high, name)


def _measurements(
    found: anomalies_pb2.Anomalies, kind: Kind
) -> Iterator[tuple[str, anomalies_pb2.DriftSkewInfo.Measurement]]:
    for info in found.drift_skew_info:
        for measurement in getattr(info, f"{kind}_measurements"):
            yield ".".join(info.path.step), measurement


def _measuring_all(schema: schema_pb2.Schema, kind: Kind) -> schema_pb2.Schema:
    """A copy in which every column has a threshold: TFDV measures no other."""
    copy = schema_pb2.Schema()
    copy.CopyFrom(schema)
    for feature in copy.feature:
        comparator = getattr(feature, f"{kind}_comparator")
        if not comparator.HasField("infinity_norm") and not comparator.HasField(
            "jensen_shannon_divergence"
        ):
            is_text = feature.type == schema_pb2.BYTES
            norm = comparator.infinity_norm if is_text else comparator.jensen_shannon_divergence
            norm.threshold = _NO_LIMIT
    return copy


def _is_limited(feature: schema_pb2.Feature, kind: Kind) -> bool:
    return any(_threshold(feature, kind, measure) is not None for measure in _MEASURES.values())


def _has_values(dataset: statistics_pb2.DatasetFeatureStatistics, name: str) -> bool:
    for column in dataset.features:
        if (column.name or ".".join(column.path.step)) == name:
            stats = getattr(column, column.WhichOneof("stats"))
            return bool(stats.common_stats.num_non_missing)
    return False


def _threshold(feature: schema_pb2.Feature, kind: Kind, measure: str) -> float | None:
    comparator = getattr(feature, f"{kind}_comparator")
    field = "infinity_norm" if measure == "l_infinity" else "jensen_shannon_divergence"
    return getattr(comparator, field).threshold if comparator.HasField(field) else None


def _listed(
    dataset: statistics_pb2.DatasetFeatureStatistics,
) -> statistics_pb2.DatasetFeatureStatisticsList:
    return statistics_pb2.DatasetFeatureStatisticsList(datasets=[dataset])
