"""What a gate found, in words, from the plain values of `verdict.json`."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.validation.comparisons import SERVED
from components.validation.data_evidence import Share

_COMPARED = ("DRIFT", "SKEW")


def share(finding: Mapping[str, Any]) -> Share | None:
    """In which part of the rows it was found; None where the statistics cannot tell."""
    return Share(**finding["share"]) if finding.get("share") else None


def sentence(finding: Mapping[str, Any]) -> str:
    """What was found, without the column and the rows that it is about."""
    part = share(finding)
    note = f" ({finding['note']})" if finding.get("note") else ""
    return f"{finding['detail']}{f' in {part}' if part else ''}{note}"


def beyond_the_schema(verdict: Mapping[str, Any]) -> Sequence[str]:
    """Returns what stops the run and is no matter of what the training rows' columns may hold."""
    return [
        f"{_column(finding)}rows of {finding['split']!r}: {sentence(finding)}"
        for finding in verdict.get("findings", ())
        if finding["severity"] == "block"
        and (not finding["column"] or finding["kind"] in _COMPARED or finding["split"] == SERVED)
    ]


def _column(finding: Mapping[str, Any]) -> str:
    return f"column {finding['column']!r}, " if finding["column"] else ""
