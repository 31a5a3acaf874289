"""What is impossible, although each value by itself is right; the data are not looked at."""

import re
from collections.abc import Iterator

from pipeline.config.metrics import Task
from pipeline.config.problems import Problem, shown, wrong
from pipeline.config.what import Data, Evaluation, Features, Label
from pipeline.config.where import Beam

_SPLIT_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NEEDED_SPLITS = ("train", "eval")


def split_problems(data: Data) -> Iterator[Problem]:
    """The splits must be those that later steps ask for, under names that a folder can have."""
    for name in _NEEDED_SPLITS:
        if name not in data.splits:
            yield wrong(("data", "splits"), dict(data.splits), f"a split named {shown(name)} in it")
    for name in data.splits:
        if not _SPLIT_NAME.fullmatch(name):
            yield Problem(
                ("data", "splits", name), "a split is named with letters, digits, - and _ only"
            )


def label_problems(task: Task, label: Label) -> Iterator[Problem]:
    """A share needs what it is a share of, and makes a binary label."""
    if label.share is not None and label.of is None:
        yield Problem(
            ("label", "share"), "stands alone; expected label.of beside it, a column of numbers"
        )
    if label.of is not None and label.share is None:
        yield Problem(
            ("label", "of"), "stands alone; expected label.share beside it, a number of at least 0"
        )
    if label.of == label.column:
        yield wrong(("label", "of"), label.of, "a column other than label.column")
    if label.share is not None and task != "binary":
        yield Problem(
            ("label", "share"),
            f"makes a label of 0 or 1, which does not fit the task {task}; expected binary",
        )


def label_use_problems(
    label: Label, features: Features, evaluation: Evaluation
) -> Iterator[Problem]:
    """The label is neither a feature to drop, nor something to slice by."""
    for place, name in enumerate(features.drop):
        if name == label.column:
            yield Problem(
                ("features", "drop", place),
                f"{shown(name)} is the label's column, which is never a feature; leave it out",
            )
    for place, columns in enumerate(evaluation.slices):
        for inner, name in enumerate(columns):
            path = ("evaluation", "slices", place, inner)
            if name == label.column:
                yield Problem(
                    path, f"{shown(name)} is the label's column; expected one known without it"
                )
            if name in columns[:inner]:
                yield Problem(path, f"{shown(name)} stands in this slice already; leave it out")


def beam_problems(beam: Beam) -> Iterator[Problem]:
    """The runner is named in one place."""
    for place, arg in enumerate(beam.args):
        if arg.partition("=")[0] == "--runner":
            yield wrong(("beam", "args", place), arg, "the runner in beam.runner, not here")
