"""What is wrong with the data, in which column and split, in how many rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from components.validation.data_evidence import Share
from components.validation.offending_rows import OffendingRow
from components.validation.severities import Severity

_SHOWN_FINDINGS = 20


@dataclass(frozen=True)
class Finding:
    """One breach of the contract in one split.

    Attributes:
        column: The column's name; empty when the split as a whole is meant.
        split: The split's name; empty where the rows are of none.
        kind: TFDV's name of the anomaly, such as `ENUM_TYPE_UNEXPECTED_STRING_VALUES`.
        detail: What was found, in words, with the offending values.
        share: In which part of the split's rows; None where the statistics cannot tell.
        severity: What it means for the run.
        note: Why it is that severe, if the configuration says so.
        value: The number that is out of bounds; None where it is not about a number.
        threshold: The bound.
        rows: The split's first offending rows, as the input has them.
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
        places = ("column", self.column), ("split", self.split)
        where = ", ".join(f"{what} {name!r}" for what, name in places if name)
        share = f" in {self.share}" if self.share else ""
        note = f" ({self.note})" if self.note else ""
        seen = f"; first seen in {', '.join(map(str, self.rows))}" if self.rows else ""
        return f"{where}{': ' if where else ''}{self.detail}{share}{note}{seen}"


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
