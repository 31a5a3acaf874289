"""What is declared about fairness must be measurable, and its bounds must be able to refuse."""

from collections.abc import Iterator

from pipeline.config.data_sections import Data
from pipeline.config.judging_sections import Evaluation, Fairness
from pipeline.config.learning_sections import Label
from pipeline.config.problems import Problem, shown, unlisted, wrong
from pipeline.config.toml_lines import KeyPath
from schema.labels import Classes, Task

_SECTION: KeyPath = ("evaluation", "fairness")


def fairness_problems(
    task: Task, data: Data, label: Label, evaluation: Evaluation
) -> Iterator[Problem]:
    """What is wrong with the section, whatever the data."""
    fairness = evaluation.fairness
    if fairness.columns:
        yield from _task_problems(task, fairness)
        yield from _column_problems(data, label, fairness)
        yield from _threshold_problems(fairness)
    elif fairness.max_gap.stated or fairness.positive is not None:
        yield wrong(
            (*_SECTION, "columns"),
            [],
            "at least one sensitive column; without any, no model is refused",
        )
    for rate, bound in fairness.max_gap.stated.items():
        if bound >= 1:
            yield Problem(
                (*_SECTION, "max_gap", rate),
                f"found {bound:g}, which refuses no model: a gap of shares is at most 1; "
                "expected at least 0 and below 1",
            )


def positive_problems(classes: Classes, evaluation: Evaluation) -> Iterator[Problem]:
    """The positive class must be one of those that the schema lists."""
    positive = evaluation.fairness.positive
    if positive is not None and positive not in map(str, classes):
        yield unlisted((*_SECTION, "positive"), positive, map(str, classes), "the label has")


def _task_problems(task: Task, fairness: Fairness) -> Iterator[Problem]:
    if task == "regression":
        yield Problem(
            (*_SECTION, "columns"),
            "rates of positives need classes, which the task regression has not; leave "
            'evaluation.fairness out, or set a gate on mae with scope = "every slice"',
        )
    if task == "multiclass" and fairness.positive is None:
        yield Problem(
            (*_SECTION, "columns"),
            "needs evaluation.fairness.positive beside it: which of the classes is the one that "
            "groups must get alike",
        )
    if task == "binary" and fairness.positive is not None:
        yield Problem(
            (*_SECTION, "positive"),
            "is for several classes; of a binary label, label 1 is positive; leave it out",
        )


def _column_problems(data: Data, label: Label, fairness: Fairness) -> Iterator[Problem]:
    for place, name in enumerate(fairness.columns):
        path: KeyPath = (*_SECTION, "columns", place)
        if name == label.column:
            yield Problem(
                path, f"{shown(name)} is the label's column; expected one known without it"
            )
        if name in data.identifiers:
            yield Problem(
                path,
                f"{shown(name)} is personal data (data.columns), which no step gets to see",
            )
        if name in fairness.columns[:place]:
            yield Problem(path, f"{shown(name)} stands in this list already; leave it out")


def _threshold_problems(fairness: Fairness) -> Iterator[Problem]:
    if not fairness.thresholds:
        yield wrong((*_SECTION, "thresholds"), [], "at least one; without any, no model is refused")
    for place, threshold in enumerate(fairness.thresholds):
        if threshold in fairness.thresholds[:place]:
            yield Problem(
                (*_SECTION, "thresholds", place),
                f"{threshold:g} stands in this list already; leave it out",
            )
