"""What follows the last part: the rejects in one file, the keys looked at, the counts written."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.bulk_inferrer.folder import (
    REJECTED,
    SUCCESS,
    Plan,
    name,
    part_name,
    partial_of,
    rejected_name,
    write_whole,
)
from components.bulk_inferrer.predictions import KEY
from components.example_gen import quarantine


@dataclass(frozen=True)
class Summary:
    """A finished batch.

    Attributes:
        plan: What was computed.
        rows_in: Rows read.
        predictions: Rows in the output.
        rejected: Rows put aside: the two together are `rows_in`.
        reasons: What was wrong, to how many rows.
        shown: What was wrong, to where it was seen first.
        duplicate_keys: Rows whose key an earlier row has, too; they are in the output.
        missing_keys: Rows without a key; they are in the output.
        files: What was read.
        finished_at: ISO 8601.
    """

    plan: Plan
    rows_in: int
    predictions: int
    rejected: int
    reasons: Mapping[str, int]
    shown: Mapping[str, str]
    duplicate_keys: int
    missing_keys: int
    files: Sequence[str]
    finished_at: str


def gather_rejects(folder: Path, parts: int) -> None:
    """Puts the rejects of all parts into one file, in their order; none is a file without rows."""
    path = folder / REJECTED
    with quarantine.writer(partial_of(path)) as whole:
        for index in range(parts):
            with contextlib.suppress(FileNotFoundError):
                whole.write_table(pq.read_table(folder / rejected_name(index, parts)))
    name(partial_of(path), path)


def count_keys(folder: Path, parts: int) -> tuple[int, int]:
    """Returns how many rows have a key that an earlier row has, and how many have none."""
    table = pq.read_table([str(folder / part_name(i, parts)) for i in range(parts)], columns=[KEY])
    keys = table.column(KEY)
    known = len(keys) - keys.null_count
    return known - pc.count_distinct(keys, mode="only_valid").as_py(), keys.null_count


def write_summary(folder: Path, summary: Summary) -> None:
    """Writes the counts, by which the folder is whole, and removes what is needed no more."""
    write_whole(folder / SUCCESS, json.dumps(asdict(summary), indent=2, ensure_ascii=False) + "\n")
    for index in range(summary.plan.parts):
        (folder / rejected_name(index, summary.plan.parts)).unlink(missing_ok=True)


def read_summary(folder: Path) -> Summary | None:
    """Returns the counts of a folder that is whole; None of another."""
    try:
        plain = json.loads((folder / SUCCESS).read_text(encoding="utf-8"))
        return Summary(**plain | {"plan": Plan(**plain["plan"])})
    except (OSError, ValueError, KeyError, TypeError):
        # Not there yet, or of another version of the format: it is written again.
        return None
