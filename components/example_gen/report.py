"""What became of the rows that one task read, and of all of them together."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.errors import DataRefused, InputError
from components.example_gen.balance import Balance, added
from components.example_gen.tasks import Unreadable
from components.rows.reading import Reject

_SHOWN_REASONS = 3


@dataclass(frozen=True)
class Report:
    """One task's rows, or those of several. It travels from the workers as plain values.

    Attributes:
        rows_in: Rows read.
        rows_out: Split to rows written.
        rejected: What was wrong, to how many rows.
        shown: What was wrong, to where it was seen first.
        balance: Of the label.
        unreadable: Why files could not be read, a message each.
        is_refusal: Whether that is the rows' fault only, rather than a file's or a header's.
        cuts: By time, where each split but the first begins.
    """

    rows_in: int = 0
    rows_out: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    balance: Balance = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    is_refusal: bool = True
    cuts: tuple[float, ...] = ()

    @property
    def rows_rejected(self) -> int:
        """Rows put aside."""
        return sum(self.rejected.values())

    def to_plain(self) -> dict[str, Any]:
        """The report as values that JSON can hold; the constructor's arguments."""
        return dataclasses.asdict(self)


def together(reports: Iterable[Report]) -> Report:
    """Returns one report of all, the first ones' examples first."""
    whole = Report()
    for report in reports:
        whole = Report(
            rows_in=whole.rows_in + report.rows_in,
            rows_out=_sum(whole.rows_out, report.rows_out),
            rejected=_sum(whole.rejected, report.rejected),
            shown={**report.shown, **whole.shown},
            balance=added(whole.balance, report.balance),
            unreadable=(*whole.unreadable, *report.unreadable),
            is_refusal=whole.is_refusal and report.is_refusal,
            cuts=tuple(whole.cuts or report.cuts),
        )
    return whole


def of_rejects(rejects: Iterable[Reject]) -> Report:
    """Returns the report of rows that were put aside."""
    rejects = list(rejects)
    return Report(
        rows_in=len(rejects),
        rejected=dict(Counter(cause(reject) for reject in rejects)),
        shown={cause(reject): place(reject) for reject in reversed(rejects)},
    )


def of_unreadable(files: Sequence[Unreadable]) -> Report:
    """Returns the report of files that could not be read, or not to their end."""
    return Report(
        unreadable=tuple(file.message for file in files),
        is_refusal=all(file.is_refusal for file in files),
    )


def cause(reject: Reject) -> str:
    """What was wrong, in words that rows share."""
    return f"column {reject.column!r}: {reject.reason}" if reject.column else reject.reason


def place(reject: Reject) -> str:
    """Where it was, and what stood there."""
    where = f"line {reject.line}" if reject.line is not None else f"row {reject.row}"
    return f"{reject.path}: {where}: {reject.text!r}"


def require_usable(report: Report, max_quarantined: float) -> None:
    """Accepts the rows as a whole, or does not.

    Raises:
        InputError: a file could not be read.
        DataRefused: too many rows are in quarantine, or there are none.
    """
    if report.unreadable:
        msg = "\n".join(report.unreadable)
        raise DataRefused(msg) if report.is_refusal else InputError(msg)
    if report.rows_in == 0:
        msg = "no rows, only headers, in the files; expected rows below them"
        raise DataRefused(msg)
    if is_too_many(report, max_quarantined):
        raise DataRefused(_too_many(report, max_quarantined))


def require_split(report: Report, splits: Sequence[str]) -> None:
    """Accepts how the rows are split, or does not.

    Raises:
        DataRefused: there are none for a split.
    """
    written = sum(report.rows_out.values())
    if written + report.rows_rejected != report.rows_in:
        msg = (
            f"{report.rows_in:,} rows were read, but {written:,} are in splits "
            f"and {report.rows_rejected:,} in quarantine"
        )
        raise RuntimeError(msg)
    for split in splits:
        if not report.rows_out.get(split):
            msg = (
                f"split {split!r} got none of {written:,} rows; "
                "give it a larger share in [data.splits], or more rows"
            )
            raise DataRefused(msg)


def is_too_many(report: Report, max_quarantined: float) -> bool:
    """Whether more of the rows were put aside than may be."""
    return report.rows_rejected > max_quarantined * report.rows_in


def commonest(report: Report) -> list[str]:
    """Returns what was wrong with rows, with how many and where first, the commonest first."""
    ranked = sorted(report.rejected.items(), key=lambda item: (-item[1], item[0]))
    rest = len(ranked) - _SHOWN_REASONS
    return [
        *(
            f"{why}, in {rows:,} {'row' if rows == 1 else 'rows'}; first {report.shown[why]}"
            for why, rows in ranked[:_SHOWN_REASONS]
        ),
        *([f"and {rest} more reasons"] if rest > 0 else []),
    ]


def _too_many(report: Report, limit: float) -> str:
    share = report.rows_rejected / report.rows_in
    return "\n".join(
        [
            f"{report.rows_rejected:,} of {report.rows_in:,} rows ({_percent(share)}) cannot be "
            f"used; at most {_percent(limit)} may be put aside",
            *commonest(report),
            "mend the rows (a missing value is an empty cell) or the column's type in the schema, "
            "or let more rows be put aside: data.max_quarantined",
        ]
    )


def _percent(part: float) -> str:
    return "< 0.1 %" if 0 < part < 0.001 else f"{100 * part:.1f} %"


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(first) + Counter(second))
