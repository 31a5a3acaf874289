"""Charts on the page: figures of Plotly as data, drawn in the browser by the one script."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import plotly.graph_objects as go

# Told apart by the colour-blind, and in print by their dashes and marks; dark enough for a light
# page and light enough for a dark one.
COLOURS = ("#1f83c6", "#d55e00", "#009e73", "#b86b9a", "#8a8f98", "#a58a00")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKS = ("circle", "diamond", "square", "triangle-up", "x", "cross")
GREY = "#8a8f98"
_HEIGHT = 320


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        name: Once on a page.
        title: What it shows.
        says: The same in words, with the figures that matter, for those who do not see it.
        traces: What is drawn.
        layout: Axes, and whatever else is not as usual.
        height: In pixels.
        is_wide: Whether it takes the whole width.
    """

    name: str
    title: str
    says: str
    traces: Sequence[Any]
    layout: Mapping[str, Any] = field(default_factory=dict)
    height: int = _HEIGHT
    is_wide: bool = False


def drawn(charts: Sequence[Chart | None]) -> Iterator[str]:
    """Yields the HTML of charts side by side; those that are not there are passed over."""
    there = [chart for chart in charts if chart is not None]
    if not there:
        return
    yield '<div class="plots">'
    for chart in there:
        kind = ' class="wide"' if chart.is_wide else ""
        label = escape(f"{chart.title}. {chart.says}")
        yield f"<figure{kind}><figcaption><b>{escape(chart.title)}</b>"
        yield f'<span class="soft small">{escape(chart.says)}</span></figcaption>'
        yield f'<div class="drawing" id="chart-{chart.name}" role="img" aria-label="{label}"'
        yield f' style="height:{chart.height}px"></div>'
        yield f'<script type="application/json" id="chart-{chart.name}-data">'
        yield f"{_json(chart)}</script>"
        yield "</figure>"
    yield "</div>"


def label(text: object, longest: int = 40) -> str:
    """A text of the data as Plotly shows it as it is, cut where it would fill the chart.

    Plotly takes a subset of HTML in every text.
    """
    return escape(short(text, longest), quote=False)


def short(text: object, longest: int = 40) -> str:
    """A text of the data, cut where it would fill a line."""
    whole = str(text)
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"


def numbers(values: Sequence[float] | Any, digits: int = 5) -> list[float | None]:
    """Numbers with as many digits as can be seen; what is undefined is None."""
    return [float(f"{v:.{digits}g}") if v is not None and v == v else None for v in values]


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis; the title names the unit."""
    return {
        "title": {"text": title, "standoff": 8},
        "automargin": True,
        "fixedrange": True,
        "zeroline": False,
        **more,
    }


def _json(chart: Chart) -> str:
    figure = go.Figure(data=list(chart.traces), layout={"template": "none", **_BASE})
    figure.update_layout(dict(chart.layout))
    plain = figure.to_plotly_json()
    plain["layout"].pop("template", None)
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # Nothing that a category of the data may hold can end the block that it stands in.
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


_BASE: Mapping[str, Any] = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"family": "system-ui, sans-serif", "size": 12},
    "margin": {"l": 48, "r": 12, "t": 36, "b": 40},
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    "hoverlabel": {"namelength": -1},
    "dragmode": False,
    "barcornerradius": 2,
}
