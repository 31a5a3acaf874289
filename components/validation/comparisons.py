"""What ExampleValidator hands to DataGate beside anomalies: how far apart sets of rows are."""

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


def write_comparisons(
    uri: str, distances: Sequence[dict[str, Any]], not_checked: Sequence[str]
) -> None:
    """Writes the distances, as plain values, and what could not be compared."""
    plain = {"distances": list(distances), "not_checked": list(not_checked)}
    text = json.dumps(plain, indent=2, ensure_ascii=False)
    Path(uri, _NAME).write_text(text, encoding="utf-8")


def read_comparisons(uri: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Reads them; TFX's own validator has compared nothing."""
    path = Path(uri, _NAME)
    if not path.is_file():
        return [], [NO_SPAN_BEFORE, NO_SERVED_ROWS]
    plain = json.loads(path.read_text(encoding="utf-8"))
    return plain["distances"], plain["not_checked"]
