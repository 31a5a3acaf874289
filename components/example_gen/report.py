"""What became of the rows of one input file, and of all of them together."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from components.errors import DataRefused, InputError

_SHOWN_CELLS = 5


@dataclass(frozen=True)
class Report:
    """One input file's rows. It travels from the workers as plain values.

    Attributes:
        path: The file.
        rows_in: Rows read from it.
        rows_out: Split to rows written.
        bad_rows: Rows with a value that does not fit its column.
        bad_cells: Column to such values in it.
        shown: A line each on the first few of them.
        unreadable: Why the file could not be read; empty when it could.
        is_refusal: Whether that is the rows' fault, rather than the file's or the header's.
    """

    path: str
    rows_in: int = 0
    rows_out: dict[str, int] = field(default_factory=dict)
    bad_rows: int = 0
    bad_cells: dict[str, int] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    unreadable: str = ""
    is_refusal: bool = False

    def to_plain(self) -> dict[str, Any]:
        """The report as values that JSON can hold; the constructor's arguments."""
        return dataclasses.asdict(self)


def rows_by_split(reports: Sequence[Report], splits: Sequence[str]) -> dict[str, int]:
    """Returns how many rows each split got, of all files.

    Raises:
        InputError: a file could not be read.
        DataRefused: rows do not fit the schema, there are none, or none for one of the splits.
    """
    _require_readable(reports)
    _require_fitting(reports)
    rows = sum(report.rows_in for report in reports)
    counts = {split: sum(report.rows_out.get(split, 0) for report in reports) for split in splits}
    if sum(counts.values()) != rows:
        msg = f"{rows:,} rows were read, but {sum(counts.values()):,} written: {counts}"
        raise RuntimeError(msg)
    if rows == 0:
        files = ", ".join(report.path for report in reports[:_SHOWN_CELLS])
        msg = f"no rows, only a header, in {files}; expected rows below it"
        raise DataRefused(msg)
    for split, count in counts.items():
        if count == 0:
            msg = (
                f"split {split!r} got none of {rows:,} rows; "
                "give it a larger share in [data.splits], or more rows"
            )
            raise DataRefused(msg)
    return counts


def _require_readable(reports: Sequence[Report]) -> None:
    unreadable = [report for report in reports if report.unreadable]
    if unreadable:
        msg = "\n".join(report.unreadable for report in unreadable)
        raise DataRefused(msg) if all(r.is_refusal for r in unreadable) else InputError(msg)


def _require_fitting(reports: Sequence[Report]) -> None:
    bad = [report for report in reports if report.bad_rows]
    if not bad:
        return
    columns: Counter[str] = Counter()
    for report in bad:
        columns.update(report.bad_cells)
    by_column = ", ".join(f"{name!r} in {count:,}" for name, count in columns.most_common())
    shown = [line for report in bad for line in report.shown][:_SHOWN_CELLS]
    rest = sum(columns.values()) - len(shown)
    lines = [
        f"{sum(r.bad_rows for r in bad):,} of {sum(r.rows_in for r in reports):,} rows "
        f"do not fit the schema: {by_column}",
        *shown,
        *([f"and {rest:,} more"] if rest else []),
        "mend the rows (a missing value is an empty cell), or the column's type in the schema",
    ]
    raise DataRefused("\n".join(lines))
