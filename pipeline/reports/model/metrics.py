"""The parts of metrics: on all rows, and by slice, with intervals."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from pipeline.reports.model.charts import (
    COLOURS,
    GREY,
    MARKS,
    Chart,
    axis,
    drawn,
    label,
    numbers,
    short,
)
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.words import cut, interval, is_higher_better, measured, missing, signed
from pipeline.reports.tables import table

OVERALL = "overall"
_DRAWN = 30
_SHOWN = 100
_MAIN = {"binary": "auc", "multiclass": "accuracy", "regression": "rmse"}
_PER_ROW_PX = 24


def metrics_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the metrics on all rows, beside the stable and the trivial model."""
    entry = overall(facts)
    if not entry:
        yield missing("Not measured", facts.absent.get("metrics", ""))
        return
    if "metrics" in facts.absent:
        yield missing("Without intervals and trivial model", facts.absent["metrics"])
    yield f'<p class="soft">On {entry["rows"]:,} rows of the split eval.</p>'
    yield from table(
        (
            "metric",
            "#this model",
            "95 % interval",
            "#trivial",
            "#stable",
            "#better by",
            "95 % interval",
        ),
        [
            (
                f"{cut(name)} {_direction(name)}",
                measured(values.get("candidate")),
                interval(values.get("low"), values.get("high")),
                measured(values.get("trivial")),
                measured(values.get("baseline")) or "no baseline",
                signed(values.get("change")),
                interval(values.get("change_low"), values.get("change_high")),
            )
            for name, values in entry["metrics"].items()
        ],
        is_stacked=True,
    )


def slices_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the main metric on every declared slice."""
    entries = slices_of(facts)
    if not entries:
        declared = facts.what["evaluation"].get("slices")
        why = facts.absent.get("metrics") or ("" if declared else "evaluation.slices is empty")
        yield missing("No slices", why or "none was found")
        return
    metric = main_metric(facts, entries)
    yield from drawn([slice_chart("slices", metric, {"this model": entries}, _overall(facts))])
    yield from _table(entries, metric)


def overall(facts: RunFacts) -> Mapping[str, Any]:
    """The metrics on all rows; of a run without intervals, what its gates were held against."""
    for entry in facts.files.get("metrics", ()):
        if entry["slice"] == OVERALL:
            return dict(entry)
    judged = facts.files.get("gates", {}).get("overall") or {}
    if not judged.get("candidate"):
        return {}
    baseline = judged.get("baseline") or {}
    return {
        "slice": OVERALL,
        "rows": judged["rows"],
        "metrics": {
            name: {
                "candidate": value,
                "baseline": baseline.get(name),
                "change": _gain(name, value, baseline.get(name)),
            }
            for name, value in judged["candidate"].items()
        },
    }


def slices_of(facts: RunFacts) -> list[Mapping[str, Any]]:
    """The declared slices, the largest first."""
    found = [e for e in facts.files.get("metrics", ()) if e["slice"] != OVERALL]
    return sorted(found, key=lambda entry: (-entry["rows"], entry["slice"]))


def main_metric(facts: RunFacts, entries: Sequence[Mapping[str, Any]]) -> str:
    """The metric that slices are shown by: that of the task, or the first one that is there."""
    usual = _MAIN[facts.task]
    names = list(entries[0]["metrics"]) if entries else []
    return usual if usual in names or not names else names[0]


def slice_chart(
    name: str,
    metric: str,
    models: Mapping[str, Sequence[Mapping[str, Any]]],
    whole: float | None = None,
) -> Chart | None:
    """A metric by slice, a mark with its interval for each model.

    Args:
        name: Of the chart.
        metric: The metric.
        models: Name of a model to its slices; the first one's order is kept.
        whole: The metric on all rows; drawn as a line.
    """
    first = next(iter(models.values()))
    names = [entry["slice"] for entry in first[:_DRAWN]]
    if not names:
        return None
    ends = {slice_: f"{label(slice_, 26)} " for slice_ in names}
    traces = []
    for place, (model, entries) in enumerate(models.items()):
        there = [e for e in entries if e["slice"] in ends]
        values = [e["metrics"].get(metric, {}) for e in there]
        traces.append(_marks(model, place, [ends[e["slice"]] for e in there], values, "candidate"))
        if len(models) == 1 and any(v.get("baseline") is not None for v in values):
            traces.append(_marks("stable model", 1, list(ends.values()), values, "baseline"))
    if whole is not None:
        traces.append(_line(whole, list(ends.values())))
    return Chart(
        name,
        f"{metric} by slice",
        _told(metric, first, whole, len(first) - len(names)),
        traces,
        {
            "xaxis": axis(metric, showgrid=True),
            "yaxis": axis("slice", type="category", autorange="reversed"),
        },
        height=110 + _PER_ROW_PX * len(names),
        is_wide=True,
    )


def _marks(
    model: str, place: int, names: Sequence[str], values: Sequence[Mapping[str, Any]], key: str
) -> go.Scatter:
    middle = [v.get(key) for v in values]
    is_known = key == "candidate" and any(v.get("low") is not None for v in values)
    return go.Scatter(
        x=numbers(middle),
        y=list(names),
        name=label(model),
        mode="markers",
        marker={"color": COLOURS[place], "symbol": MARKS[place], "size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": numbers(_distances(middle, [v.get("high") for v in values], 1)),
            "arrayminus": numbers(_distances(middle, [v.get("low") for v in values], -1)),
            "color": COLOURS[place],
            "thickness": 1.5,
            "width": 3,
        }
        if is_known
        else None,
    )


def _distances(
    middle: Sequence[float | None], ends: Sequence[float | None], sign: int
) -> list[float]:
    return [
        0.0 if m is None or e is None else max(sign * (e - m), 0.0)
        for m, e in zip(middle, ends, strict=True)
    ]


def _line(x: float, names: Sequence[str]) -> go.Scatter:
    """All rows; a mark on each slice's line, so that it is within the picture."""
    return go.Scatter(
        x=numbers([x] * len(names)),
        y=list(names),
        name="all rows",
        mode="lines",
        line={"color": GREY, "dash": "dot", "width": 1.5},
    )


def _told(
    metric: str, entries: Sequence[Mapping[str, Any]], whole: float | None, smaller: int
) -> str:
    known = [e for e in entries if e["metrics"].get(metric, {}).get("candidate") is not None]
    if not known:
        return f"{metric} is undefined on every slice."
    sign = 1 if is_higher_better(metric) else -1
    # Of rows too few for an interval the metric says nothing.
    sure = [e for e in known if e["metrics"][metric].get("low") is not None] or known
    worst = min(sure, key=lambda e: sign * e["metrics"][metric]["candidate"])
    known_ends = any(e["metrics"][metric].get("low") is not None for e in known)
    bars = " The bars are 95 % intervals." if known_ends else ""
    rest = f" In the table only: {smaller} more." if smaller > 0 else ""
    line = "" if whole is None else f" The dotted line is all rows, {measured(whole)}."
    return (
        f"Worst: {short(worst['slice'])}, {measured(worst['metrics'][metric]['candidate'])} "
        f"on {worst['rows']:,} rows.{line}{bars}{rest}"
    )


def _overall(facts: RunFacts) -> float | None:
    entry = overall(facts)
    name = main_metric(facts, slices_of(facts))
    value = entry["metrics"].get(name, {}).get("candidate") if entry else None
    return None if value is None else float(value)


def _table(entries: Sequence[Mapping[str, Any]], metric: str) -> Iterator[str]:
    names = list(dict.fromkeys([metric, *entries[0]["metrics"]]))
    others = names[1:]
    yield "<details><summary>All slices as a table</summary><div>"
    yield from table(
        (
            "slice",
            "#rows",
            f"#{metric}",
            "95 % interval",
            "#stable",
            "#better by",
            *(f"#{name}" for name in others),
        ),
        [
            (
                cut(entry["slice"]),
                f"{entry['rows']:,}",
                measured(entry["metrics"].get(metric, {}).get("candidate")),
                interval(*(entry["metrics"].get(metric, {}).get(k) for k in ("low", "high"))),
                measured(entry["metrics"].get(metric, {}).get("baseline")),
                signed(entry["metrics"].get(metric, {}).get("change")),
                *(measured(entry["metrics"].get(n, {}).get("candidate")) for n in others),
            )
            for entry in entries[:_SHOWN]
        ],
        is_stacked=True,
    )
    if len(entries) > _SHOWN:
        yield f'<p class="soft">and {len(entries) - _SHOWN:,} smaller slices</p>'
    yield "</div></details>"


def _direction(metric: str) -> str:
    better = "higher" if is_higher_better(metric) else "lower"
    return f'<span class="soft small">{better} is better</span>'


def _gain(metric: str, value: float | None, other: float | None) -> float | None:
    """By how much a value is better than another, whichever direction that is."""
    if value is None or other is None:
        return None
    return value - other if is_higher_better(metric) else other - value
