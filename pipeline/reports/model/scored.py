"""A model's answers beside what was right."""

from dataclasses import dataclass

import numpy as np

from pipeline.reports.model.curves import Floats
from pipeline.reports.model.reading import Answers


@dataclass(frozen=True)
class Scored:
    """A model's answers and what was right.

    Attributes:
        name: Of the model.
        labels: [rows].
        answers: [rows], or [rows, classes].
    """

    name: str
    labels: Floats
    answers: Floats


def models_of(answers: Answers) -> list[Scored]:
    """The candidate, and behind it the stable model if there is one."""
    models = [Scored("this model", answers.labels, answers.candidate)]
    if answers.baseline is not None:
        models.append(Scored("stable model", answers.labels, answers.baseline))
    return models


def defined(labels: Floats, answers: Floats) -> tuple[Floats, Floats]:
    """Without the rows of which a label or an answer is not known."""
    is_known = np.isfinite(labels) & np.isfinite(answers.reshape(len(answers), -1)).all(axis=1)
    return labels[is_known], answers[is_known]
