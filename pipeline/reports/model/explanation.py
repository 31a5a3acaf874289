"""The part about what the model goes by: importance of columns, and partial dependence."""

from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

import plotly.graph_objects as go

from pipeline.reports.model.charts import (
    COLOURS,
    DASHES,
    MARKS,
    Chart,
    axis,
    drawn,
    label,
    numbers,
    short,
)
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.words import cut, interval, measured, missing

_SHOWN = 25
_DEPENDENCES = 8
_MOST_CLASSES = 5


def importance_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of how much worse the model is without each column."""
    found = facts.files.get("importance")
    if found is None:
        yield missing("Not explained", facts.absent["importance"])
        return
    yield from drawn([importance_chart({"this model": found})])
    noise = [c["column"] for c in found["columns"] if _is_noise(c)]
    if noise:
        shown = ", ".join(cut(name) for name in noise[:_SHOWN])
        more = f" and {len(noise) - _SHOWN} more" if len(noise) > _SHOWN else ""
        yield f'<p class="soft">No more than chance: {shown}{more}.</p>'


def importance_chart(models: Mapping[str, Mapping[str, Any]]) -> Chart | None:
    """Bars with their spread, a row a column, the strongest first.

    Args:
        models: Name to content of `importance.json`; the first one's order is kept.
    """
    first = next(iter(models.values()))
    names = [column["column"] for column in first["columns"][:_SHOWN]]
    if not names:
        return None
    strongest = first["columns"][0]
    span = interval(strongest.get("low"), strongest.get("high"))
    told = span.removeprefix('<span class="whole">').removesuffix("</span>")
    return Chart(
        "importance",
        "Importance of columns",
        f"How much the {first['metric']} on {first['rows']:,} rows grows when a column is "
        f"shuffled, {first['repeats']} times, with 95 % intervals. "
        f"Strongest: {short(strongest['column'])}, {measured(strongest['mean'])}"
        f"{f' ({told})' if told else ''}.",
        [_bars(model, place, found, names) for place, (model, found) in enumerate(models.items())],
        {
            "barmode": "group",
            "xaxis": axis(f"growth of {first['metric']}"),
            "yaxis": axis("column", type="category", autorange="reversed"),
        },
        height=110 + 24 * len(names) * max(1, len(models)),
        is_wide=True,
    )


def _bars(model: str, place: int, found: Mapping[str, Any], names: Sequence[str]) -> go.Bar:
    by_name = {column["column"]: column for column in found["columns"]}
    there = [by_name.get(name, {}) for name in names]
    means = [column.get("mean") for column in there]
    return go.Bar(
        y=[f"{label(name, 26)} " for name in names],
        x=numbers(means),
        name=label(model),
        orientation="h",
        marker={"color": COLOURS[place], "pattern": {"shape": "/" if place else ""}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": numbers([_reach(c, "high") for c in there]),
            "arrayminus": numbers([_reach(c, "low") for c in there]),
            "thickness": 1.5,
            "width": 3,
            "color": "#8a8f98",
        },
    )


def _reach(column: Mapping[str, Any], end: str) -> float:
    if column.get(end) is None or column.get("mean") is None:
        return 0.0
    return abs(float(column[end]) - float(column["mean"]))


def _is_noise(column: Mapping[str, Any]) -> bool:
    return column.get("low") is not None and column["low"] <= 0


def dependence_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of how the mean answer goes with each of the strongest columns."""
    found = facts.files.get("partial dependence")
    if found is None:
        yield missing("No partial dependence", facts.absent["partial dependence"])
        return
    shown = [column for column in found["columns"] if column["points"]][:_DEPENDENCES]
    yield from drawn(
        [_dependence(f"dependence-{place}", c, facts) for place, c in enumerate(shown)]
    )


def _dependence(name: str, column: Mapping[str, Any], facts: RunFacts) -> Chart:
    points = sorted(column["points"], key=_place)
    series = _series(points, facts.classes)
    is_number = column["kind"] == "number"
    x = numbers([p["value"] for p in points]) if is_number else [_tick(p["value"]) for p in points]
    traces = [
        _line(x, answers, name, place)
        if is_number or column["kind"] == "date"
        else _dots(x, answers, name, place)
        for place, (name, answers) in enumerate(series.items())
    ]
    first = next(iter(series.values()))
    known = [answer for answer in first if answer is not None]
    span = f"{measured(min(known))} to {measured(max(known))}" if known else "undefined"
    what = "mean probability" if facts.task != "regression" else "mean answer (the label's unit)"
    return Chart(
        name,
        f"Answer by {short(column['column'])}",
        f"The mean answer goes from {span}{_of_class(series)}; all other columns as they are.",
        traces,
        {
            "xaxis": axis(label(column["column"]), type="linear" if is_number else "category"),
            "yaxis": axis(what),
            "showlegend": len(series) > 1,
        },
        height=280,
    )


def _place(point: Mapping[str, Any]) -> tuple[bool, float]:
    """Values that are numbers in their order, behind them all others in that of the file."""
    try:
        return False, float(point["value"])
    except (TypeError, ValueError):
        return True, 0.0


def _of_class(series: Mapping[str, object]) -> str:
    """Which class a sentence is about, where there are several; its name is HTML by now."""
    return f" for {unescape(next(iter(series)))}" if len(series) > 1 else ""


def _series(
    points: Sequence[Mapping[str, Any]], classes: Sequence[str]
) -> dict[str, list[float | None]]:
    """Answers by class; of one output, under the name `answer`."""
    first = points[0]["answer"]
    if not isinstance(first, list):
        return {"answer": [p["answer"] for p in points]}
    spread = {
        place: max(p["answer"][place] for p in points) - min(p["answer"][place] for p in points)
        for place in range(len(first))
    }
    shown = sorted(spread, key=lambda place: -spread[place])[:_MOST_CLASSES]
    names = [label(classes[place] if place < len(classes) else place) for place in shown]
    return {
        name: [p["answer"][place] for p in points] for name, place in zip(names, shown, strict=True)
    }


def _line(x: Sequence[Any], y: Sequence[float | None], name: str, place: int) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=numbers([float("nan") if v is None else v for v in y]),
        name=name,
        mode="lines+markers",
        marker={"size": 6, "symbol": MARKS[place], "color": COLOURS[place]},
        line={"color": COLOURS[place], "dash": DASHES[place], "width": 2},
    )


def _dots(x: Sequence[Any], y: Sequence[float | None], name: str, place: int) -> go.Bar:
    return go.Bar(
        x=list(x),
        y=numbers([float("nan") if v is None else v for v in y]),
        name=name,
        marker={"color": COLOURS[place]},
    )


def _tick(value: object) -> str:
    return f"{label(value, 20)} " if value is not None else "(missing) "
