"""Which rows lie in which slice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from components.answering.answers import MISSING, Coded, Column, as_text
from components.evaluator.options import SliceKey

Rows = npt.NDArray[np.intp]


def sliced(
    columns: Mapping[str, Column], ways: Sequence[Sequence[str]], named: Iterable[SliceKey]
) -> Iterator[tuple[SliceKey, Rows]]:
    """Yields every slice that has rows, and those rows in rising order.

    A row that lacks a value of a column lies in no slice by that column.

    Args:
        columns: By name, those that slices are made by.
        ways: Each some columns: a slice for every combination of their values.
        named: Single slices beside these.
    """
    coded = {name: as_text(column) for name, column in columns.items()}
    done: set[SliceKey] = set()
    for way in ways:
        for key, rows in _by_value(coded, sorted(way)):
            if key not in done:
                done.add(key)
                yield key, rows
    for key in dict.fromkeys(named):
        rows = _of(coded, key)
        if key and key not in done and len(rows):
            yield key, rows


def _by_value(coded: Mapping[str, Coded], way: Sequence[str]) -> Iterator[tuple[SliceKey, Rows]]:
    parts = [coded[name] for name in way]
    is_in = np.all([part.codes != MISSING for part in parts], axis=0)
    rows = np.flatnonzero(is_in)
    place = np.zeros(len(rows), np.int64)
    for part in parts:
        # Renumbered after each column, so that no product of sizes can overflow.
        wide = place * max(len(part.values), 1) + part.codes[rows]
        place = np.unique(wide, return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    for group in np.split(order, starts[1:]) if len(order) else ():
        first = rows[group[0]]
        key = tuple(
            (name, part.values[part.codes[first]]) for name, part in zip(way, parts, strict=True)
        )
        yield key, rows[group]


def _of(coded: Mapping[str, Coded], key: SliceKey) -> Rows:
    conditions = [
        coded[name].codes == coded[name].values.index(value)
        for name, value in key
        if value in coded[name].values
    ]
    if not key or len(conditions) < len(key):
        return np.zeros(0, np.intp)
    return np.flatnonzero(np.all(conditions, axis=0))
