"""What ExampleValidator hands to DataGate beside anomalies: how far apart sets of rows are."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NEWEST = "newest"
"""The split of the newest span's rows, among those that are compared."""

PREVIOUS = "previous"
"""The split of the rows of the span before it."""

SERVED = "served"
"""The split of rows that a model was asked about."""

NO_SPAN_BEFORE = "drift (no span before this one)"
NO_SERVED_ROWS = "skew (no served rows)"

_NAME = "comparisons.json"


@dataclasses.dataclass(frozen=True)
class Comparisons:
    """What was compared, as plain values.

    Attributes:
        distances: How far each column has moved, see `distances.Distance`.
        not_checked: What could not be compared, and why.
        growth: How many rows there are against before, see `distances.Growth`; None where the
            schema sets no bounds, or where there is no span before.
    """

    distances: Sequence[dict[str, Any]] = ()
    not_checked: Sequence[str] = ()
    growth: dict[str, Any] | None = None


def write_comparisons(uri: str, compared: Comparisons) -> None:
    """Writes them into an artifact of anomalies."""
    text = json.dumps(dataclasses.asdict(compared), indent=2, ensure_ascii=False)
    Path(uri, _NAME).write_text(text, encoding="utf-8")


def read_comparisons(uri: str) -> Comparisons:
    """Reads them; TFX's own validator has compared nothing."""
    path = Path(uri, _NAME)
    if not path.is_file():
        return Comparisons(not_checked=[NO_SPAN_BEFORE, NO_SERVED_ROWS])
    return Comparisons(**json.loads(path.read_text(encoding="utf-8")))
