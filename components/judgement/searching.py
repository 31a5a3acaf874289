"""Where answers are worst: slices that nobody declared, and single rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.answering.answers import MISSING, Answers, Column, as_text
from components.judgement.grouping import Grouping, arrow_values, group_values
from components.judgement.losses import LOSSES, row_losses
from components.judgement.weak_slices import GroupedColumn, WeakSlice, weakest_slices
from components.judgement.worst_rows import worst_places, worst_table
from schema.columns import Kind
from schema.labels import Task

_MOST_SEARCHED = 100_000
"""Of more rows a sample is searched."""

_MOST_VALUES = 30
_RANGES = 10

_FEWEST_ROWS = 30
_FEWEST_SHARE = 1 / 500
"""Slices with fewer rows are not looked at: the larger of the two."""


@dataclass(frozen=True)
class Weakness:
    """The weakest slices.

    Attributes:
        metric: The name of the loss.
        overall: Its mean over all rows that were searched.
        rows: How many these are.
        slices: The surest first.
        groupings: By column, what the names of groups mean.
    """

    metric: str
    overall: float | None
    rows: int
    slices: tuple[WeakSlice, ...]
    groupings: Mapping[str, Grouping]

    def plain(self) -> dict[str, Any]:
        """As it stands in `weak_slices.json`."""
        return {
            "metric": self.metric,
            "overall": self.overall,
            "rows": self.rows,
            "slices": [
                {
                    "slice": str(each),
                    "rows": each.rows,
                    "candidate": each.mean,
                    "low": each.low,
                    "high": each.high,
                }
                for each in self.slices
            ],
        }


def weakness(
    answers: Answers, task: Task, kinds: Mapping[str, Kind], columns: Sequence[str], seed: int
) -> Weakness:
    """Searches for slices on which the candidate is weak.

    Args:
        answers: They have the columns.
        task: What was learnt.
        kinds: Of the columns.
        columns: Those to search.
        seed: Of the sample, where there are too many rows.
    """
    losses = row_losses(task, answers.label, answers.candidate)
    places = np.flatnonzero(np.isfinite(losses))
    if len(places) > _MOST_SEARCHED:
        random = np.random.default_rng(seed)
        places = np.sort(random.choice(places, _MOST_SEARCHED, replace=False))
    searched, losses = answers.taken(places), losses[places]
    min_rows = max(_FEWEST_ROWS, int(len(places) * _FEWEST_SHARE))
    grouped = []
    for column in columns:
        values = arrow_values(searched.columns[column], kinds[column])
        grouping = group_values(
            column, values, most=_MOST_VALUES, ranges=_RANGES, min_rows=min_rows
        )
        grouped.append(GroupedColumn(grouping, grouping.codes(values)))
    return Weakness(
        metric=LOSSES[task],
        overall=float(losses.mean()) if len(losses) else None,
        rows=len(losses),
        slices=tuple(weakest_slices(losses, grouped, min_rows)),
        groupings={each.grouping.column: each.grouping for each in grouped},
    )


def worst_rows(
    answers: Answers,
    task: Task,
    kinds: Mapping[str, Kind],
    declared: Sequence[Sequence[str]],
    weak: Weakness,
) -> pa.Table:
    """The rows with the largest losses.

    Args:
        answers: They have every raw column.
        task: What was learnt.
        kinds: Of the columns, in the order of the schema.
        declared: Ways of slicing, each a list of columns.
        weak: Slices that were found.

    Returns:
        As `worst_table`; the slices are those of `weak`, then those declared.
    """
    losses = row_losses(task, answers.label, answers.candidate)
    places = worst_places(losses)
    worst = answers.taken(places)
    values = {name: arrow_values(worst.columns[name], kind) for name, kind in kinds.items()}
    return worst_table(
        pa.table({name: _as_read(values[name], kind) for name, kind in kinds.items()}),
        worst.label,
        worst.candidate,
        losses[places],
        [
            list(dict.fromkeys([*in_weak, *in_declared]))
            for in_weak, in_declared in zip(
                _weak_of(values, weak, len(places)),
                _declared_of(worst.columns, declared, len(places)),
                strict=True,
            )
        ],
    )


def _as_read(values: pa.Array, kind: Kind) -> pa.Array:
    """In the type that examples have."""
    return values.cast(pa.float32()) if kind == "float" else values


def _weak_of(values: Mapping[str, pa.Array], weak: Weakness, rows: int) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(rows)]
    for each in weak.slices:
        inside = np.ones(rows, np.bool_)
        for column, name in each.groups:
            grouping = weak.groupings[column]
            inside &= grouping.codes(values[column]) == grouping.names.index(name)
        _add(found, inside, str(each))
    return found


def _declared_of(
    columns: Mapping[str, Column], declared: Sequence[Sequence[str]], rows: int
) -> list[list[str]]:
    """A row without a value of a column is in no slice by it."""
    texts = {name: as_text(columns[name]) for names in declared for name in names}
    return [
        [
            ", ".join(
                f"{name}={texts[name].values[texts[name].codes[row]]}" for name in sorted(names)
            )
            for names in declared
            if all(texts[name].codes[row] != MISSING for name in names)
        ]
        for row in range(rows)
    ]


def _add(found: list[list[str]], inside: npt.NDArray[np.bool_], text: str) -> None:
    for row in np.flatnonzero(inside).tolist():
        found[row].append(text)
