"""The part about where the model is worst: slices that nobody declared, and single rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.reports.figures import plain
from pipeline.reports.model.charts import drawn
from pipeline.reports.model.metrics import slice_chart
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.words import cut, interval, measured, missing
from pipeline.reports.tables import table

_SHOWN_ROWS = 20
_FIRST = ("loss", "label", "prediction", "slices")


def weak_slices_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the weakest slices."""
    found = facts.files.get("weak slices")
    if found is None:
        yield missing("Not searched", facts.absent["weak slices"])
        return
    if not found["slices"]:
        yield '<p class="ok">No slice is worse than all rows by more than chance.</p>'
        return
    metric = found["metric"]
    entries = [
        {"slice": s["slice"], "rows": s["rows"], "metrics": {metric: s}} for s in found["slices"]
    ]
    yield '<p class="soft">Found by a search over columns and pairs that nobody declared.</p>'
    chart = slice_chart("weak-slices", metric, {"this model": entries}, found.get("overall"))
    yield from drawn([chart])
    yield from table(
        ("slice", "#rows", f"#{metric}", "95 % interval", "#all rows"),
        [
            (
                cut(s["slice"], 120),
                f"{s['rows']:,}",
                measured(s.get("candidate")),
                interval(s.get("low"), s.get("high")),
                measured(found.get("overall")),
            )
            for s in found["slices"]
        ],
        is_stacked=True,
    )


def worst_rows_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the rows that were answered worst."""
    if not facts.worst:
        yield missing("No rows", facts.absent.get("worst rows", "none was evaluated"))
        return
    shown = facts.worst[:_SHOWN_ROWS]
    columns = [name for name in shown[0] if name not in _FIRST]
    step = facts.steps["Evaluator"].outputs["evaluation"][0]
    yield (
        f'<p class="soft">{len(shown)} of {len(facts.worst):,}; all are in '
        f"{cut(step.uri, 300)}/worst_rows.parquet.</p>"
    )
    yield "<details><summary>Rows as a table</summary><div>"
    yield from table(
        ("#loss", "label", "answer", "slices", *columns),
        [
            (
                measured(row.get("loss")),
                _named(row.get("label"), facts.classes),
                _answer(row.get("prediction"), facts.classes),
                "<br>".join(cut(name) for name in row.get("slices") or ()),
                *(_cell(row[name]) for name in columns),
            )
            for row in shown
        ],
    )
    yield "</div></details>"


def _named(label: Any, classes: Sequence[str]) -> str:
    if classes and isinstance(label, float) and 0 <= label < len(classes):
        return cut(classes[int(label)])
    return _cell(label)


def _answer(prediction: Any, classes: Sequence[str]) -> str:
    if not isinstance(prediction, list) or not prediction:
        return _cell(prediction)
    best = max(range(len(prediction)), key=lambda place: prediction[place])
    return f"{_named(float(best), classes)} ({measured(prediction[best])})"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return plain(float(f"{value:.6g}"))
    if isinstance(value, bytes):
        return cut(value.decode("utf-8", "replace"))
    if isinstance(value, list):
        return ", ".join(_cell(entry) for entry in value)
    return cut(value)
