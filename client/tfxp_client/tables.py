"""Rows in whichever form they are given: a dict, dicts, a pandas DataFrame, an Arrow table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfxp_client.errors import InvalidRows

ABSENT = object()
"""Stands where a row has no such column, which is not the same as a column without a value."""

_EXPECTED = (
    "expected a dict of column to value, a list of such dicts, a pandas DataFrame or an Arrow table"
)


@dataclass(frozen=True)
class Table:
    """Rows by column.

    Attributes:
        columns: By name, one value a row; None where there is none.
        rows: How many.
    """

    columns: Mapping[str, Sequence[Any]]
    rows: int

    def without(self, column: str) -> "Table":
        """All other columns."""
        return Table(
            {name: values for name, values in self.columns.items() if name != column}, self.rows
        )

    def take(self, rows: Sequence[int]) -> "Table":
        """Only these rows."""
        return Table(
            {name: [values[row] for row in rows] for name, values in self.columns.items()},
            len(rows),
        )


def table(rows: Any) -> Table:
    """Returns the rows by column.

    pandas and Arrow are known by what their tables can do, so that neither is needed.

    Raises:
        InvalidRows: it is none of these, or a column has no name that is a text, or two have one.
    """
    if isinstance(rows, Mapping):
        return _of_dicts([rows])
    if hasattr(rows, "iloc") and hasattr(rows, "columns"):
        return _of_pandas(rows)
    if hasattr(rows, "num_rows") and hasattr(rows, "schema"):
        names = rows.schema.names
        _check_names(names)
        columns = {name: rows.column(at).to_pylist() for at, name in enumerate(names)}
        return Table(columns, rows.num_rows)
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise InvalidRows(f"rows: found {_kind(rows)}; {_EXPECTED}")
    found = list(rows)
    for number, row in enumerate(found):
        if not isinstance(row, Mapping):
            raise InvalidRows(f"rows: row {number} is {_kind(row)}; {_EXPECTED}")
    return _of_dicts(found)


def _of_dicts(rows: Sequence[Mapping[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    _check_names(names)
    return Table({name: [row.get(name, ABSENT) for row in rows] for name in names}, len(rows))


def _of_pandas(frame: Any) -> Table:
    names = list(frame.columns)
    _check_names(names)
    return Table({name: frame[name].tolist() for name in names}, len(frame))


def _check_names(names: Iterable[Any]) -> None:
    seen = set()
    for name in names:
        if not isinstance(name, str):
            raise InvalidRows(f"rows: found a column called {name!r}; expected names that are text")
        if name in seen:
            raise InvalidRows(f"rows: two columns are called {name!r}; drop one of them")
        seen.add(name)


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"[:60]
