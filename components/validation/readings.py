"""What became of the rows that training rows are compared with: not all of them can be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.example_gen.report import Report, commonest, is_too_many

_NAME = "readings.json"


@dataclass(frozen=True)
class Reading:
    """One set of rows.

    Attributes:
        report: How many were read and put aside, and which files were not read to their end.
        limit: The share of the rows that may be put aside.
    """

    report: Report
    limit: float

    @property
    def share(self) -> float:
        """The share of the rows that was put aside."""
        return self.report.rows_rejected / self.report.rows_in if self.report.rows_in else 0.0

    @property
    def is_too_many(self) -> bool:
        """Whether more rows were put aside than may be."""
        return is_too_many(self.report, self.limit)

    @property
    def fault(self) -> str:
        """Why nothing can be said of the set as a whole, in words; empty if it can."""
        if self.report.unreadable:
            first, *others = self.report.unreadable
            return f"{first} (and {len(others)} more)" if others else first
        if self.is_too_many:
            aside, rows = self.report.rows_rejected, self.report.rows_in
            return f"{aside:,} of {rows:,} rows cannot be used"
        return ""

    @property
    def causes(self) -> str:
        """What was wrong with the rows that were put aside, in words."""
        return "; ".join(commonest(self.report))


def write_readings(uri: str, reports: Mapping[str, Report], limit: float) -> None:
    """Writes what became of the rows of each set, into an artifact of statistics."""
    plain = {"limit": limit, "reports": {name: r.to_plain() for name, r in reports.items()}}
    text = json.dumps(plain, indent=2, ensure_ascii=False)
    Path(uri, _NAME).write_text(text, encoding="utf-8")


def read_readings(uri: str) -> dict[str, Reading]:
    """Reads them; in an artifact that another component made there are none."""
    path = Path(uri, _NAME)
    if not path.is_file():
        return {}
    plain = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Reading(Report(**report), plain["limit"]) for name, report in plain["reports"].items()
    }
