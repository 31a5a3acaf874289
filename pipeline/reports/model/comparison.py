"""Two runs side by side: verdicts, what changed, and what came of it."""

import datetime
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from pipeline.reports.model import changes
from pipeline.reports.model.answers import answer_charts
from pipeline.reports.model.charts import drawn
from pipeline.reports.model.explanation import importance_chart
from pipeline.reports.model.learning import training_chart
from pipeline.reports.model.metrics import main_metric, overall, slice_chart, slices_of
from pipeline.reports.model.page import Part, page
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.scored import Scored
from pipeline.reports.model.verdict import headline_of
from pipeline.reports.model.words import (
    cut,
    interval,
    is_higher_better,
    measured,
    missing,
    signed,
)
from pipeline.reports.tables import table

_SHOWN = 100
_Pair = tuple[RunFacts, RunFacts]


def comparison(first: RunFacts, second: RunFacts, now: datetime.datetime) -> str:
    """Returns the comparison of two runs as one HTML page."""
    both = (first, second)
    parts = [
        Part("verdict", "Verdicts", _verdicts(both)),
        Part("metrics", "Metrics", _metrics(both)),
        Part("data", "What changed in the data", changes.data_part(both)),
        Part("schema", "What changed in the schema", changes.schema_part(both)),
        Part(
            "configuration",
            "What changed in the configuration",
            changes.configuration_changes(both),
        ),
        Part("code", "What changed in the code", changes.code_part(both)),
        Part("answers", "Answers", _answers(both)),
        Part("slices", "Slices", _slices(both)),
        Part("fairness", "Fairness", _fairness(both)),
        Part("weakest", "Weakest slices", _weakest(both)),
        Part("importance", "Importance", _importance(both)),
        Part("training", "Training", _training(both)),
    ]
    lines = [
        *(f"{name}: run {facts.run_id}" for name, facts in zip("AB", both, strict=True)),
        f"comparison made {now:%Y-%m-%d %H:%M}",
    ]
    return page(f"Two models of {first.what['name']}", lines, parts)


def _verdicts(both: _Pair) -> Iterator[str]:
    for name, facts in zip("AB", both, strict=True):
        kind, headline, why = headline_of(facts)
        yield f'<div class="verdict {kind}"><b>{name}: {escape(headline)}</b>'
        yield from (f"<p>{escape(line)}</p>" for line in why)
        yield "</div>"


def _metrics(both: _Pair) -> Iterator[str]:
    entries = [overall(facts) for facts in both]
    for name, facts, entry in zip("AB", both, entries, strict=True):
        if not entry:
            yield missing(f"{name} was not measured", facts.absent.get("metrics", ""))
    files = {facts.made("ExampleGen", "examples", "input_fingerprint") for facts in both}
    if len(files) > 1:
        yield '<p class="warn">Not on the same rows: the files of the two runs differ.</p>'
    names = list(dict.fromkeys(name for e in entries for name in e.get("metrics", {})))
    if names:
        yield from table(
            ("metric", "#A", "95 % interval", "#B", "95 % interval", "#B minus A", ""),
            [
                _compared(name, *(e.get("metrics", {}).get(name, {}) for e in entries))
                for name in names
            ],
            is_stacked=True,
        )


def _compared(
    name: str, first: Mapping[str, Any], second: Mapping[str, Any], metric: str = ""
) -> tuple[str, ...]:
    a, b = first.get("candidate"), second.get("candidate")
    return (
        cut(name),
        measured(a),
        interval(first.get("low"), first.get("high")),
        measured(b),
        interval(second.get("low"), second.get("high")),
        "" if a is None or b is None else signed(b - a),
        _judged(metric or name, a, b),
    )


def _judged(metric: str, a: float | None, b: float | None) -> str:
    if a is None or b is None or a == b:
        return ""
    is_better = (b > a) == is_higher_better(metric)
    return '<span class="ok">better</span>' if is_better else '<span class="warn">worse</span>'


def _answers(both: _Pair) -> Iterator[str]:
    first, second = both
    if first.task != second.task:
        yield missing("No curves", f"A is {first.task}, B is {second.task}")
        return
    yield from _lacking(both, "answers", "curves")
    models = [
        Scored(name, facts.answers.labels, facts.answers.candidate)
        for name, facts in zip("AB", both, strict=True)
        if facts.answers is not None and len(facts.answers.labels)
    ]
    if models:
        yield from drawn(answer_charts(models, first.task, first.classes))


def _slices(both: _Pair) -> Iterator[str]:
    yield from _lacking(both, "metrics", "slices")
    sides = [slices_of(facts) for facts in both]
    if not sides[0] or not sides[1]:
        return
    metric = main_metric(both[0], sides[0])
    yield from drawn([slice_chart("slices", metric, {"A": sides[0], "B": sides[1]})])
    others = {entry["slice"]: entry for entry in sides[1]}
    shown = sides[0][:_SHOWN]
    yield "<details><summary>All slices as a table</summary><div>"
    yield from table(
        ("slice", "#A", "95 % interval", "#B", "95 % interval", "#B minus A", ""),
        [
            _compared(
                entry["slice"],
                entry["metrics"].get(metric, {}),
                others.get(entry["slice"], {}).get("metrics", {}).get(metric, {}),
                metric,
            )
            for entry in shown
        ],
        is_stacked=True,
    )
    yield "</div></details>"


def _fairness(both: _Pair) -> Iterator[str]:
    sides = [_gaps(facts) for facts in both]
    keys = list(dict.fromkeys([*sides[0], *sides[1]]))
    if not keys:
        yield missing("No gaps", "no sensitive column was judged in either run")
        return
    yield from table(
        ("column", "#threshold", "rate", "#gap of A", "#gap of B", "#B minus A"),
        [
            (
                cut(column),
                f"{threshold:g}",
                cut(kind.replace("_", " ")),
                *(measured(side.get((column, threshold, kind))) for side in sides),
                _change(*(side.get((column, threshold, kind)) for side in sides)),
            )
            for column, threshold, kind in keys
        ],
        is_stacked=True,
    )


def _gaps(facts: RunFacts) -> dict[tuple[str, float, str], float | None]:
    return {
        (column["column"], at["threshold"], kind): metric.get("gap")
        for column in (facts.files.get("fairness") or {}).get("columns", ())
        for at in column.get("thresholds", ())
        for kind, metric in at["metrics"].items()
    }


def _change(a: float | None, b: float | None) -> str:
    return "" if a is None or b is None else signed(b - a)


def _weakest(both: _Pair) -> Iterator[str]:
    yield from _lacking(both, "weak slices", "search")
    yield '<div class="beside">'
    for name, facts in zip("AB", both, strict=True):
        found = facts.files.get("weak slices")
        if found and found["slices"]:
            yield f"<div><h3>{name}</h3>"
            yield from table(
                ("slice", "#rows", f"#{found['metric']}"),
                [
                    (cut(s["slice"], 80), f"{s['rows']:,}", measured(s.get("candidate")))
                    for s in found["slices"]
                ],
            )
            yield "</div>"
    yield "</div>"


def _importance(both: _Pair) -> Iterator[str]:
    yield from _lacking(both, "importance", "explanation")
    found = {
        name: facts.files["importance"]
        for name, facts in zip("AB", both, strict=True)
        if "importance" in facts.files
    }
    if found:
        yield from drawn([importance_chart(found)])


def _training(both: _Pair) -> Iterator[str]:
    yield from _lacking(both, "training", "training curves")
    found = {
        name: facts.files["training"]
        for name, facts in zip("AB", both, strict=True)
        if "training" in facts.files
    }
    if found:
        yield from drawn([training_chart(found)])


def _lacking(both: _Pair, part: str, what: str) -> Iterator[str]:
    for name, facts in zip("AB", both, strict=True):
        if part in facts.absent:
            yield missing(f"{name} has no {what}", facts.absent[part])
