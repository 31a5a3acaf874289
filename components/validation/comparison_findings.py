"""From what was compared, and what could not be, to findings."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.validation.comparisons import NEWEST, SERVED
from components.validation.data_evidence import Share
from components.validation.finding import Finding
from components.validation.readings import Reading
from components.validation.severities import Severities, Severity

NOT_READ = "NOT_READ"
"""The kind of finding for rows to compare with of which a file makes no sense."""

ROWS_REJECTED = "ROWS_REJECTED"
"""The kind of finding for rows to compare with that do not fit their columns' types."""

# Which rows are compared, by the kind of comparison.
_OF_KIND = {"drift": NEWEST, "skew": "train"}


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


def growth_findings(growth: Mapping[str, Any] | None) -> list[Finding]:
    """Returns a finding if there are too many or too few rows against the span before.

    Args:
        growth: As ExampleValidator wrote it; None where there are no bounds.
    """
    if growth is None:
        return []
    value, low, high, baseline = (growth[key] for key in ("value", "low", "high", "baseline"))
    found = [("LOW", low, "at least")] if low is not None and value < low else []
    found += [("HIGH", high, "at most")] if high is not None and value > high else []
    return [
        Finding(
            "",
            NEWEST,
            f"COMPARATOR_{word}_NUM_EXAMPLES",
            f"{value:.4g} times as many rows as {baseline}, {bound} {limit:g}",
            None,
            "block",
            value=value,
            threshold=limit,
        )
        for word, limit, bound in found
    ]


def reading_findings(readings: Mapping[str, Reading]) -> list[Finding]:
    """Returns a finding for each set to compare with of which not every row could be read.

    More rows of the served ones than may be put aside are a breach of the contract; other sets
    are then not compared, and say so.

    Args:
        readings: Split to what became of its rows.
    """
    found = []
    for split, reading in readings.items():
        if reading.report.unreadable:
            detail = f"not read, so nothing is compared with it: {reading.fault}"
            found.append(Finding("", split, NOT_READ, detail, None, "warn"))
        elif reading.report.rows_rejected:
            share, limit = Share(reading.share, reading.share), Share(reading.limit, reading.limit)
            detail = f"rows that cannot be used (at most {limit}): {reading.causes};"
            is_breach = reading.is_too_many and split == SERVED
            severity: Severity = "block" if is_breach else "warn"
            found.append(
                Finding(
                    "",
                    split,
                    ROWS_REJECTED,
                    detail,
                    share,
                    severity,
                    value=share.high,
                    threshold=limit.high,
                )
            )
    return found
