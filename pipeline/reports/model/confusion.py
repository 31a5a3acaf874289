"""Confusion matrices."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from pipeline.reports.model import curves
from pipeline.reports.model.charts import Chart, axis, label, numbers, short
from pipeline.reports.model.curves import Floats
from pipeline.reports.model.scored import Scored


def confusion_chart(
    model: Scored, place: int, answers: Floats, names: Sequence[str], at: str = ""
) -> Chart | None:
    """Rows by label and by answer, coloured by the share of their label.

    Args:
        model: Whose answers they are.
        place: Of the model among those on the page.
        answers: [rows], the id of the class that was answered.
        names: Of the classes.
        at: What the answers hang on, in words.
    """
    if not len(model.labels):
        return None
    counts = curves.confusion(model.labels, answers, len(names))
    parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    right = float(np.trace(counts) / max(counts.sum(), 1))
    wrong = counts - np.diag(np.diag(counts))
    of, to = divmod(int(wrong.argmax()), len(names))
    often = (
        f" Most often mistaken: {short(names[of])} for {short(names[to])}, "
        f"{int(wrong[of, to]):,} rows."
        if wrong.any()
        else ""
    )
    ticks = [f"{label(name, 24)} " for name in names]
    is_named = len(names) <= 12
    return Chart(
        f"confusion-{place}",
        f"Confusion matrix of {model.name}",
        f"Right: {100 * right:.1f} % of the rows{at}.{often}",
        [
            go.Heatmap(
                z=[numbers(100 * row) for row in parts],
                x=ticks,
                y=ticks,
                zmin=0,
                zmax=100,
                colorscale="Blues",
                text=[[f"{int(n):,}" for n in row] for row in counts],
                texttemplate="%{text}" if is_named else None,
                hovertemplate="label %{y}, answer %{x}: %{text} rows, %{z:.1f} %<extra></extra>",
                colorbar={"title": {"text": "% of label"}, "thickness": 10},
            )
        ],
        {
            "xaxis": axis("answer", type="category"),
            "yaxis": axis("label", type="category", autorange="reversed"),
        },
        height=320 if len(names) <= 8 else min(140 + 22 * len(names), 700),
    )
