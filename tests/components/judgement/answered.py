"""Answers of a model that is no model: labels fit its probabilities, where they are not flipped."""

import numpy as np

from components.answering.answers import Answers, Coded

KINDS = {"a": "bytes", "b": "bytes", "code": "int", "x": "float"}


def coded(texts):
    """A column of texts; None is missing."""
    values = sorted({text for text in texts if text is not None})
    places = {text: place for place, text in enumerate(values)}
    return Coded(np.array([places.get(text, -1) for text in texts], np.int32), tuple(values))


def answers(rows=4000, *, seed=1, flipped=None, **columns):
    """Labelled rows of two columns of text, one of codes and one of floats.

    `flipped` says of the columns, as arrays, in which rows the label is the other one.
    """
    random = np.random.default_rng(seed)
    made = {
        "a": random.choice(list("pqrstx"), rows),
        "b": random.choice(list("pqrstx"), rows),
        "code": random.integers(1, 4, rows).astype(str),
        "x": random.normal(size=rows).astype(np.float32),
    } | columns
    probability = random.beta(0.5, 0.5, rows).astype(np.float32)
    label = random.random(rows) < probability
    if flipped is not None:
        label ^= flipped(made)
    return Answers(
        label=label.astype(np.float64),
        candidate=probability[:, np.newaxis],
        baseline=None,
        columns={
            name: values if name == "x" else coded(values.tolist()) for name, values in made.items()
        },
        row=np.arange(rows),
        unlabelled=0,
    )
