"""Charts of several classes."""

from collections.abc import Sequence

import numpy as np

from pipeline.reports.model import curves
from pipeline.reports.model.binary_charts import areas, curve_line, reliability_chart
from pipeline.reports.model.charts import Chart, axis, short
from pipeline.reports.model.confusion import confusion_chart
from pipeline.reports.model.scored import Scored

_MOST_CLASSES = 5


def class_charts(models: Sequence[Scored], classes: Sequence[str]) -> list[Chart | None]:
    """The charts of probabilities of classes; `classes` names them, if it names all."""
    width = models[0].answers.shape[1]
    names = list(classes) if len(classes) == width else [str(place) for place in range(width)]
    return [
        *_by_class(models[0], names),
        reliability_chart(
            [
                Scored(
                    m.name,
                    (m.answers.argmax(axis=1) == m.labels).astype(np.float64),
                    m.answers.max(axis=1),
                )
                for m in models
                if len(m.labels)
            ],
            "right answers",
        ),
        *(
            confusion_chart(m, place, m.answers.argmax(axis=1).astype(np.float64), names)
            for place, m in enumerate(models)
            if len(m.labels)
        ),
    ]


def _by_class(model: Scored, names: Sequence[str]) -> list[Chart | None]:
    counts = np.bincount(model.labels.astype(np.int64), minlength=len(names))
    shown = [int(of) for of in np.argsort(-counts, kind="stable")[:_MOST_CLASSES] if counts[of]]
    found = []
    for of in shown:
        is_it = (model.labels == of).astype(np.float64)
        rank = curves.roc(is_it, model.answers[:, of])
        recall = curves.precision_recall(is_it, model.answers[:, of])
        if rank and recall:
            found.append((names[of], rank, recall))
    if not found:
        return []
    about = "Each of the commonest classes against all others. "
    return [
        Chart(
            "roc",
            "ROC curves by class",
            about + areas("Area", [(short(name), rank) for name, rank, _ in found]),
            [curve_line(name, rank, place) for place, (name, rank, _) in enumerate(found)],
            {
                "xaxis": axis("false positive rate (share of other classes)", range=[0, 1]),
                "yaxis": axis("true positive rate (share of the class)", range=[0, 1.01]),
            },
        ),
        Chart(
            "precision-recall",
            "Precision and recall by class",
            about + areas("Average precision", [(short(name), r) for name, _, r in found]),
            [curve_line(name, recall, place) for place, (name, _, recall) in enumerate(found)],
            {
                "xaxis": axis("recall (share of the class)", range=[0, 1]),
                "yaxis": axis("precision (share of its answers)", range=[0, 1.01]),
            },
        ),
    ]
