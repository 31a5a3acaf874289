"""What is impossible, although each value by itself is right; the data are not looked at."""

import re
from collections.abc import Iterator

from pipeline.config.data_sections import Data
from pipeline.config.gates import named_slices
from pipeline.config.judging_sections import Evaluation
from pipeline.config.learning_sections import Features, Label, Training, Tuning
from pipeline.config.problems import Problem, shown, wrong
from pipeline.config.toml_lines import KeyPath
from pipeline.config.where import Beam
from schema.labels import Task

_SPLIT_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NEEDED_SPLITS = ("train", "eval")


def split_problems(data: Data) -> Iterator[Problem]:
    """The splits must be those that later steps ask for, under names that a folder can have."""
    key = ("data", "split_starts" if data.split_starts else "splits")
    found = dict(data.split_starts or data.splits)
    for name in _NEEDED_SPLITS:
        if name not in data.split_names:
            yield wrong(key, found, f"a split named {shown(name)} in it")
    for name in found:
        if not _SPLIT_NAME.fullmatch(name):
            yield Problem((*key, name), "a split is named with letters, digits, - and _ only")
    if "train" in data.split_starts:
        yield Problem((*key, "train"), "train is what lies before all of these; leave it out")
    yield from _split_column_problems(data)


def _split_column_problems(data: Data) -> Iterator[Problem]:
    if data.split_by == "row" and data.split_column is not None:
        yield wrong(
            ("data", "split_column"),
            data.split_column,
            'data.split_by = "entity" or "time" with it; rows are split without a column',
        )
    if data.split_by != "row" and data.split_column is None:
        yield wrong(("data", "split_by"), data.split_by, "data.split_column beside it")
    if data.split_starts and data.split_by != "time":
        yield Problem(("data", "split_starts"), 'expected data.split_by = "time" beside it')


def identifier_problems(data: Data, label: Label, evaluation: Evaluation) -> Iterator[Problem]:
    """Personal data is used for nothing but to keep an entity together."""
    hidden = data.identifiers
    uses: list[tuple[KeyPath, str | None]] = [
        (("label", "column"), label.column),
        (("label", "of"), label.of),
    ]
    for section, slices in (("data", data.slices), ("evaluation", evaluation.slices)):
        for place, columns in enumerate(slices):
            uses += [((section, "slices", place, i), name) for i, name in enumerate(columns)]
    uses += named_slices(evaluation)
    if data.split_by == "time":
        uses.append((("data", "split_column"), data.split_column))
    for path, name in uses:
        if name in hidden:
            yield Problem(
                path,
                f"{shown(name)} is personal data (data.columns), which no step gets to see",
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
    if label.positive is not None and (task != "binary" or label.share is not None):
        yield Problem(
            ("label", "positive"),
            f"is for a binary label of two values, not for {'a share' if label.share else task}",
        )
    if label.share is not None and task != "binary":
        yield Problem(
            ("label", "share"),
            f"makes a label of 0 or 1, which does not fit the task {task}; expected binary",
        )


def training_problems(task: Task, training: Training) -> Iterator[Problem]:
    """Only a classifier has classes to weigh."""
    if task == "regression" and training.class_weights != "none":
        yield wrong(
            ("training", "class_weights"),
            training.class_weights,
            '"none" for the task regression, whose label has no classes',
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
    for named, name in named_slices(evaluation):
        if name == label.column:
            yield Problem(
                named, f"{shown(name)} is the label's column; expected one known without it"
            )


def tuning_problems(tuning: Tuning) -> Iterator[Problem]:
    """Values are searched for or read, not both; and a range begins with its lesser end."""
    if tuning.hyperparameters is not None and tuning.algorithm != "none":
        yield wrong(
            ("tuning", "hyperparameters"),
            tuning.hyperparameters,
            f'tuning.algorithm = "none" beside it; {shown(tuning.algorithm)} searches anew',
        )
    low, high = tuning.space.learning_rate
    if low >= high:
        found = list(tuning.space.learning_rate)
        yield wrong(
            ("tuning", "space", "learning_rate"), found, "two numbers above 0, the lesser first"
        )


def beam_problems(beam: Beam) -> Iterator[Problem]:
    """The runner is named in one place."""
    for place, arg in enumerate(beam.args):
        if arg.partition("=")[0] == "--runner":
            yield wrong(("beam", "args", place), arg, "the runner in beam.runner, not here")
