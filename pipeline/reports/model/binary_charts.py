"""Charts of two classes: how answers rank, whether they are what they say, and which are wrong."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from pipeline.reports.model import curves
from pipeline.reports.model.charts import (
    COLOURS,
    DASHES,
    GREY,
    MARKS,
    Chart,
    axis,
    label,
    numbers,
    short,
)
from pipeline.reports.model.confusion import confusion_chart
from pipeline.reports.model.scored import Scored
from pipeline.reports.model.words import measured

_THRESHOLD = 0.5
_BINS = 25
_UNNAMED = ("0", "1")


def binary_charts(models: Sequence[Scored], classes: Sequence[str] = ()) -> list[Chart | None]:
    """The charts of probabilities of the second of two classes; `classes` names both, if known."""
    names = tuple(classes) if len(classes) == len(_UNNAMED) else _UNNAMED
    return [
        _roc(models, names),
        _precision_recall(models, names),
        reliability_chart(models, f"label {label(names[1])}"),
        *(_histogram(m, place, names) for place, m in enumerate(models)),
        *(
            confusion_chart(
                m,
                place,
                (m.answers >= _THRESHOLD).astype(np.float64),
                names,
                f" at the threshold {_THRESHOLD}",
            )
            for place, m in enumerate(models)
        ),
    ]


def _roc(models: Sequence[Scored], names: Sequence[str]) -> Chart | None:
    found = [(m.name, c) for m in models if (c := curves.roc(m.labels, m.answers))]
    if not found:
        return None
    chance = go.Scatter(
        x=[0, 1], y=[0, 1], name="chance", mode="lines", line={"color": GREY, "width": 1}
    )
    return Chart(
        "roc",
        "ROC curve",
        areas("Area", found),
        [*(curve_line(name, c, place) for place, (name, c) in enumerate(found)), chance],
        {
            "xaxis": axis(f"false positive rate (share of label {label(names[0])})", range=[0, 1]),
            "yaxis": axis(
                f"true positive rate (share of label {label(names[1])})", range=[0, 1.01]
            ),
        },
    )


def _precision_recall(models: Sequence[Scored], names: Sequence[str]) -> Chart | None:
    found = [(m.name, c) for m in models if (c := curves.precision_recall(m.labels, m.answers))]
    if not found:
        return None
    share = float(models[0].labels.mean())
    chance = go.Scatter(
        x=[0, 1],
        y=numbers([share, share]),
        name="chance",
        mode="lines",
        line={"color": GREY, "width": 1},
    )
    return Chart(
        "precision-recall",
        "Precision and recall",
        areas("Average precision", found),
        [*(curve_line(name, c, place) for place, (name, c) in enumerate(found)), chance],
        {
            "xaxis": axis(f"recall (share of label {label(names[1])})", range=[0, 1]),
            "yaxis": axis(f"precision (share of answers {label(names[1])})", range=[0, 1.01]),
        },
    )


def areas(what: str, found: Sequence[tuple[str, curves.Curve]]) -> str:
    """The areas below curves, in words."""
    return f"{what}: {', '.join(f'{name} {curve.area:.4f}' for name, curve in found)}."


def curve_line(name: str, curve: curves.Curve, place: int) -> go.Scatter:
    """A curve as it is drawn; what it is told apart by follows from its place."""
    return go.Scatter(
        x=numbers(curve.x),
        y=numbers(curve.y),
        name=label(name),
        mode="lines",
        line={"color": COLOURS[place], "dash": DASHES[place], "width": 2.5},
    )


def reliability_chart(models: Sequence[Scored], of: str) -> Chart | None:
    """How far what was foretold is from what came true.

    Args:
        models: Labels of 0 and 1, and probabilities of 1.
        of: What label 1 means, as Plotly takes it.
    """
    found = [(m.name, r) for m in models if (r := curves.reliability(m.labels, m.answers))]
    if not found:
        return None
    right = go.Scatter(
        x=[0, 1], y=[0, 1], name="right", mode="lines", line={"color": GREY, "width": 1}
    )
    errors = ", ".join(f"{name} {r.error:.4f}" for name, r in found)
    return Chart(
        "reliability",
        "Calibration",
        f"Mean distance of what was foretold from what came true: {errors}. "
        "Bins of about as many rows, with 95 % intervals.",
        [*(_bins(name, r, place) for place, (name, r) in enumerate(found)), right],
        {
            "xaxis": axis("mean probability that was answered", range=[-0.02, 1.02]),
            "yaxis": axis(f"share of {of}", range=[-0.02, 1.02]),
        },
    )


def _bins(name: str, r: curves.Reliability, place: int) -> go.Scatter:
    return go.Scatter(
        x=numbers(r.foretold),
        y=numbers(r.found),
        name=label(name),
        mode="lines+markers",
        text=[f"{rows:,} rows" for rows in r.rows],
        marker={"color": COLOURS[place], "symbol": MARKS[place], "size": 8},
        line={"color": COLOURS[place], "dash": DASHES[place], "width": 1.5},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": numbers(r.high - r.found),
            "arrayminus": numbers(r.found - r.low),
            "thickness": 1,
            "width": 3,
            "color": COLOURS[place],
        },
    )


def _histogram(model: Scored, place: int, names: Sequence[str]) -> Chart | None:
    edges = np.linspace(0, 1, _BINS + 1)
    sides = [(of, model.answers[model.labels == of]) for of in (0, 1)]
    if not len(model.labels):
        return None
    bars = [
        go.Bar(
            x=numbers((edges[1:] + edges[:-1]) / 2),
            y=numbers(100 * curves.shares(values, edges)),
            width=1 / _BINS,
            name=f"label {label(names[of])}",
            opacity=0.6,
            marker={"color": COLOURS[of], "pattern": {"shape": "/" if of else ""}},
        )
        for of, values in sides
    ]
    means = ", ".join(
        f"{measured(float(values.mean()))} where the label is {short(names[of])}"
        for of, values in sides
        if len(values)
    )
    return Chart(
        f"histogram-{place}",
        f"Answers of {model.name}",
        f"Mean probability: {means}.",
        bars,
        {
            "barmode": "overlay",
            "xaxis": axis(f"probability of label {label(names[1])}", range=[0, 1]),
            "yaxis": axis("share of the rows of that label (%)"),
        },
    )
