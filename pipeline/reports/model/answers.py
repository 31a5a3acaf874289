"""The part about what the model answers: curves for classes, residuals for numbers."""

from collections.abc import Iterator, Sequence

from pipeline.reports.model.binary_charts import binary_charts
from pipeline.reports.model.charts import (
    Chart,
    drawn,
)
from pipeline.reports.model.class_charts import class_charts
from pipeline.reports.model.number_charts import number_charts
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.scored import Scored, defined, models_of
from pipeline.reports.model.words import missing


def answers_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the charts that fit the task."""
    if facts.answers is None or not len(facts.answers.labels):
        yield missing("No curves", facts.absent.get("answers", "no row was evaluated"))
        return
    yield from drawn(answer_charts(models_of(facts.answers), facts.task, facts.classes))


def answer_charts(
    models: Sequence[Scored], task: str, classes: Sequence[str]
) -> list[Chart | None]:
    """The charts of a task.

    Args:
        models: One or more; matrices and histograms of two are side by side.
        task: Of both.
        classes: Names of the classes, in the order of their ids; may be empty.
    """
    known = [Scored(m.name, *defined(m.labels, m.answers)) for m in models]
    match task:
        case "regression":
            return number_charts(known)
        case "multiclass":
            return class_charts(known, classes)
    return binary_charts(known, classes)
