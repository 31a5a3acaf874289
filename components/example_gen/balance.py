"""How the label is spread over the rows of each split."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schema.labels import Label

MISSING = "missing"
_SHOWN_VALUES = 20
# Below it a share says less than the rows themselves.
_LEAST_SHARE = 0.01
# A label with more values is a quantity or a mistake, and nobody reads its counts.
_MANY_VALUES = 1000

Balance = dict[str, dict[str, int]]
"""Split to value of the label, as text, to rows."""


def label_values(rows: pa.RecordBatch, label: Label) -> pa.Array | None:
    """Returns each row's label as text.

    Args:
        rows: Typed rows.
        label: A column, or a share of another one, which makes labels `0` and `1`.

    Returns:
        [rows] string, null where missing; None if the rows do not have the column.
    """
    if any(source not in rows.schema.names for source in label.sources):
        return None
    values = rows.column(label.column)
    if label.of is None:
        is_text = pa.types.is_binary(values.type)
        # Bytes that are no text cannot be shown; validation has its own word on them.
        return pa.array(_decoded(values)) if is_text else values.cast(pa.string())
    whole = rows.column(label.of)
    if pa.types.is_binary(values.type) or pa.types.is_binary(whole.type):
        return None
    numbers = (pc.fill_null(pc.cast(c, pa.float64(), safe=False), 0) for c in (values, whole))
    part, total = (np.nan_to_num(n.to_numpy(zero_copy_only=False)) for n in numbers)
    assert label.share is not None
    return pa.array(np.where((total > 0) & (part > label.share * total), "1", "0"))


def count(values: pa.Array, splits: npt.NDArray[np.int64], names: tuple[str, ...]) -> Balance:
    """Returns the balance of a batch."""
    balance: Balance = {}
    for index, name in enumerate(names):
        counted = pc.value_counts(values.filter(pa.array(splits == index)))
        balance[name] = {
            MISSING if entry["values"] is None else entry["values"]: entry["counts"]
            for entry in counted.to_pylist()
        }
    return balance


def added(first: Balance, second: Balance) -> Balance:
    """Returns both together; once there are too many values, none is counted any longer."""
    total = {
        split: dict(Counter(first.get(split, {})) + Counter(second.get(split, {})))
        for split in {**first, **second}
    }
    if any(len(counts) > _MANY_VALUES for counts in total.values()):
        return {split: {"…": sum(counts.values())} for split, counts in total.items()}
    return total


def brief(balance: Balance) -> str:
    """Returns it in words, the share of each value in each split; nothing for many values."""
    values = Counter[str]()
    for counts in balance.values():
        values.update(counts)
    if not 1 < len(values) <= _SHOWN_VALUES:
        return ""
    # Of two values the rarer one says it all.
    ranked = [value for value, _ in values.most_common()]
    shown = ranked[1:] if len(ranked) == 2 else ranked[:3]
    return "label " + ", ".join(f"{value!r}: {_shares(balance, value)}" for value in shown)


def _shares(balance: Mapping[str, Mapping[str, int]], value: str) -> str:
    parts = []
    for split, counts in balance.items():
        rows = sum(counts.values())
        found = counts.get(value, 0)
        if not rows:
            parts.append(split)
        elif found < _LEAST_SHARE * rows:
            parts.append(f"{split} {found:,} of {rows:,}")
        else:
            parts.append(f"{split} {100 * found / rows:.1f} %")
    return ", ".join(parts)


def _decoded(values: pa.Array) -> list[str | None]:
    return [None if v is None else v.decode("utf-8", "replace") for v in values.to_pylist()]
