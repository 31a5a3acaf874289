"""How the rows of a table are split, and what comes of it."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from components.example_gen.options import SplitOptions
from components.example_gen.splits import split_of_rows
from components.example_gen.times import times
from components.rows.typed_columns import cast_text
from pipeline.errors import UserError
from pipeline.starting.profile import Profile, Table
from pipeline.starting.wishes import Wishes
from schema import Kind

_MANY_ROWS = 10_000
_JUDGED_ROWS = 50
_ROUGH_ROWS = 200
_SHOWN_LOPSIDED = 0.25
# What ExampleGen accepts to put aside unless the configuration says otherwise.
_MOST_UNTIMED = 0.01


def shares(table: Table, label: Profile) -> dict[str, int]:
    """Split name to share: the more rows, the more of them are learnt from."""
    if table.rows >= _MANY_ROWS:
        return {"train": 4, "eval": 1}
    return {"train": 2 if label.present >= 3 * _JUDGED_ROWS else 1, "eval": 1}


def judged_rows(table: Table, label: Profile) -> int:
    """About how many rows a model is judged on."""
    parts = shares(table, label)
    return round(label.present * parts["eval"] / sum(parts.values()))


def luck(rows: int) -> str:
    """How far a share of right answers moves by chance, in words; empty where that is little."""
    if rows >= _ROUGH_ROWS:
        return ""
    return f"about {rows} rows judge: by luck alone, accuracy moves by ±{1 / math.sqrt(rows):.2f}"


def require_splittable(wishes: Wishes, table: Table) -> None:
    """Accepts a column to split by, if there is one.

    Raises:
        UserError: its rows have no time, or a split would be empty.
    """
    if wishes.time:
        _require_times(table.columns[wishes.time], table)
    if wishes.entity:
        column = table.columns[wishes.entity]
        parts = shares(table, table.columns[wishes.label])
        for split, share in _rows_of_entities(column, parts, _kind(column, wishes)).items():
            if not share:
                raise UserError(
                    f"--entity {column.name!r}: its {column.distinct} values leave none for the "
                    f"split {split!r}; choose a column with more values"
                )


def split_remarks(wishes: Wishes, table: Table) -> Iterator[str]:
    """Yields what the user should know of the splits, a clause each."""
    label = table.columns[wishes.label]
    if rough := luck(judged_rows(table, label)):
        yield rough
    if not wishes.entity:
        return
    column = table.columns[wishes.entity]
    parts = shares(table, label)
    whole = sum(parts.values())
    found = _rows_of_entities(column, parts, _kind(column, wishes))
    if any(abs(found[s] * whole / parts[s] - 1) > _SHOWN_LOPSIDED for s in parts):
        shown = ", ".join(f"{split} {found[split]:.0%}" for split in parts)
        wanted = ", ".join(f"{split} {parts[split] / whole:.0%}" for split in parts)
        yield (
            f"{column.name!r} has {column.distinct:,} values, and they split the rows unevenly: "
            f"{shown}, where {wanted} were wanted"
        )


def _require_times(column: Profile, table: Table) -> None:
    name = f"--time {column.name!r}"
    if column.distinct < 2:
        raise UserError(f"{name}: is the same in every row; rows cannot be put in order by it")
    if column.is_number:
        untimed = column.missing
        example = "nothing"
    else:
        values = list(column.counts)
        is_none = np.isnan(times(pa.array([value.encode() for value in values], pa.binary())))
        bad = [value for value, is_bad in zip(values, is_none, strict=True) if is_bad]
        untimed = column.missing + sum(column.counts[value] for value in bad)
        example = repr(bad[0]) if bad else "nothing"
    if untimed > _MOST_UNTIMED * column.rows:
        raise UserError(
            f"{name}: {untimed:,} of {column.rows:,} rows have no time, such as {example}; "
            "expected numbers, or times such as 2024-03-01 or 2024-03-01 12:30"
        )


def _kind(column: Profile, wishes: Wishes) -> Kind:
    """The type in which ExampleGen has the column when it splits the rows."""
    if column.name in wishes.private or not column.is_number:
        return "bytes"
    return "int" if column.is_whole else "float"


def _rows_of_entities(column: Profile, parts: Mapping[str, int], kind: Kind) -> dict[str, float]:
    """Split name to the share of the rows that the column's values bring there."""
    values = list(column.counts)
    typed, _ = cast_text(pa.array(values, pa.string()), kind)
    options = SplitOptions(shares=parts, by="entity", column="entity", starts={})
    rows = pa.record_batch({"entity": typed})
    split = split_of_rows(rows, [value.encode() for value in values], options)
    weights = np.bincount(split, [column.counts[value] for value in values], len(parts))
    return dict(zip(parts, (weights / weights.sum()).tolist(), strict=True))
