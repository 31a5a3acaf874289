"""Why rows are in quarantine."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.example_gen.report import cause, place
from components.rows.reading import Reject


@dataclass(frozen=True)
class Reason:
    """What was wrong.

    Attributes:
        cause: In words.
        rows: With how many.
        first: Where it was seen first, and what stood there.
    """

    cause: str
    rows: int
    first: str


def reasons(path: Path) -> list[Reason]:
    """Returns why the rows of a `quarantine.parquet` are in it, the commonest reason first."""
    found: dict[str, Reason] = {}
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            numbered = rows.append_column("number", pa.array(range(rows.num_rows)))
            counted = numbered.group_by(["column", "reason"]).aggregate(
                [("number", "min"), ("number", "count")]
            )
            for entry in counted.to_pylist():
                (row,) = rows.slice(entry["number_min"], 1).to_pylist()
                first = Reject(**row)
                why = cause(first)
                known = found.get(why, Reason(why, 0, place(first)))
                found[why] = Reason(why, known.rows + entry["number_count"], known.first)
    return sorted(found.values(), key=lambda reason: (-reason.rows, reason.cause))
