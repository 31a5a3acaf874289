"""Charts of answers that are numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from pipeline.reports.figures import plain
from pipeline.reports.model import curves
from pipeline.reports.model.charts import COLOURS, DASHES, GREY, Chart, axis, label, numbers
from pipeline.reports.model.scored import Scored
from pipeline.reports.model.words import measured

_CELLS = 40


def number_charts(models: Sequence[Scored]) -> list[Chart | None]:
    """Answers against labels, and how far they are apart."""
    if not len(models[0].labels):
        return []
    return [
        *(_against(m, place) for place, m in enumerate(models)),
        _residuals(models),
    ]


def _against(model: Scored, place: int) -> Chart:
    both = np.concatenate([model.labels, model.answers])
    edges = curves.bin_edges(both, _CELLS)
    up, across = (np.clip(v, edges[0], edges[-1]) for v in (model.answers, model.labels))
    counts, _, _ = np.histogram2d(up, across, bins=[edges, edges])
    middles = numbers((edges[1:] + edges[:-1]) / 2)
    ends = numbers([edges[0], edges[-1]])
    error = float(np.sqrt(np.mean((model.answers - model.labels) ** 2)))
    return Chart(
        f"against-{place}",
        f"Answer against label, {model.name}",
        f"Root of the mean squared error: {measured(error)}. "
        "The line is where both are the same; what is further out stands at the edge.",
        [
            go.Heatmap(
                x=middles,
                y=middles,
                z=[_or_nothing(row) for row in counts],
                colorscale="Blues",
                colorbar={"title": {"text": "rows"}, "thickness": 10},
                hovertemplate="label %{x}, answer %{y}: %{z} rows<extra></extra>",
            ),
            go.Scatter(
                x=ends,
                y=ends,
                mode="lines",
                name="the same",
                showlegend=False,
                line={"color": GREY, "dash": "dot", "width": 1.5},
            ),
        ],
        {"xaxis": axis("label (its own unit)"), "yaxis": axis("answer (the label's unit)")},
    )


def _or_nothing(row: npt.NDArray[np.float64]) -> list[int | None]:
    """A cell without rows is not drawn."""
    return [int(count) or None for count in row]


def _residuals(models: Sequence[Scored]) -> Chart:
    differences = [m.answers - m.labels for m in models]
    edges = curves.bin_edges(np.concatenate(differences), _CELLS)
    said = ", ".join(
        f"{m.name} {plain(float(f'{np.median(d):.4g}'))}"
        for m, d in zip(models, differences, strict=True)
    )
    return Chart(
        "residuals",
        "Residuals",
        f"Answer minus label; its median: {said}. What is further out stands at the edge.",
        [
            go.Scatter(
                x=numbers((edges[1:] + edges[:-1]) / 2),
                y=numbers(100 * curves.shares(d, edges)),
                name=label(m.name),
                mode="lines",
                fill="tozeroy" if place == 0 else None,
                line={
                    "color": COLOURS[place],
                    "dash": DASHES[place],
                    "width": 2,
                    "shape": "hvh",
                },
            )
            for place, (m, d) in enumerate(zip(models, differences, strict=True))
        ],
        {
            "xaxis": axis("answer minus label (the label's unit)"),
            "yaxis": axis("share of the rows (%)"),
        },
    )
