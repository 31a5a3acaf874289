"""What the user asks `tfxp init` for."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import UserError
from pipeline.starting.profile import Table

_OTHER_DELIMITERS = ";\t|"
_SHOWN_COLUMNS = 20


@dataclass(frozen=True)
class Wishes:
    """What the user said.

    Attributes:
        label: The column to predict.
        task: `auto`, or what is learnt of it.
        ids: Columns that identify rows.
        time: The column to split by time.
        entity: The column whose values must not be in two splits.
        private: Columns with personal data.
    """

    label: str
    task: str = "auto"
    ids: tuple[str, ...] = ()
    time: str | None = None
    entity: str | None = None
    private: tuple[str, ...] = ()


def require_possible(wishes: Wishes, table: Table) -> None:
    """Accepts wishes that the table can meet.

    Raises:
        UserError: the table has no rows or not a column that was named, or two wishes exclude each
            other.
    """
    if not table.rows:
        raise UserError("--data: no rows, only headers; expected rows below them")
    for option, name in _named(wishes):
        if name not in table.columns:
            raise UserError(f"{option} {name!r}: no such column{_hint(name, list(table.columns))}")
    if wishes.label in (*wishes.ids, *wishes.private):
        raise UserError(f"--label {wishes.label!r}: is an identifier, too; choose another label")
    for option, column in (("--time", wishes.time), ("--entity", wishes.entity)):
        if column == wishes.label:
            raise UserError(
                f"{option} {column!r}: is the label; rows split by it would be judged on labels "
                "that were not learnt; choose another column"
            )
    if wishes.time and wishes.entity:
        raise UserError("--time and --entity: rows are split by one of them; leave one out")


def _named(wishes: Wishes) -> Iterator[tuple[str, str]]:
    yield "--label", wishes.label
    yield from (("--id", name) for name in wishes.ids)
    yield from (("--private", name) for name in wishes.private)
    yield from ((o, n) for o, n in (("--time", wishes.time), ("--entity", wishes.entity)) if n)


def _hint(name: str, columns: list[str]) -> str:
    there = f"the data have: {', '.join(columns[:_SHOWN_COLUMNS])}"
    if len(columns) == 1:
        marks = [mark for mark in _OTHER_DELIMITERS if mark in columns[0]]
        if marks:
            return (
                f"; {there}: one column, for values are parted by commas, or by tabs in a .tsv "
                f"file, and these seem to be by {marks[0]!r}; write the file anew with commas"
            )
    lower = {column.lower(): column for column in reversed(columns)}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    return f"; did you mean {lower[near[0]]!r}?; {there}" if near else f"; {there}"
