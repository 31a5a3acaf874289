"""What each column of one row adds to its answer: Shapley values, sampled.

E. Štrumbelj and I. Kononenko, "Explaining prediction models and individual predictions with
feature contributions", Knowledge and Information Systems 41 (2014). Columns of the row replace
those of a background row one after the other, in a random order and then in its reverse; what a
replacement changes in the answer is that column's share. Every background row is walked equally
often, so that the shares add up to the answer less the mean answer of the background exactly.
"""

from dataclasses import dataclass

import numpy as np

from components.explainer.columns import Ask, Columns, Floats, row_count

_NORMAL_95 = 1.96


@dataclass(frozen=True)
class Attribution:
    """What a column of the row adds to the answer.

    Attributes:
        column: The raw column.
        share: Positive where its value raises the answer.
        error: Half of the 95 % interval that the sampling of the orders leaves.
    """

    column: str
    share: float
    error: float


@dataclass(frozen=True)
class Explained:
    """A row's answer, taken apart.

    Attributes:
        output: Which of the model's outputs it is about: of several classes, the likeliest.
        answer: The model's answer to the row.
        mean: Its mean answer to the background; with all shares it makes the answer.
        attributions: One a column, the largest share first, whatever its sign.
    """

    output: int
    answer: float
    mean: float
    attributions: tuple[Attribution, ...]


def explain(row: Columns, background: Columns, ask: Ask, *, orders: int, seed: int) -> Explained:
    """Takes the answer to a row apart.

    Args:
        row: One row.
        background: The rows that it is compared with; the same columns.
        ask: The model.
        orders: Pairs of orders in which each background row is walked, at least two.
        seed: Of the orders.
    """
    names, rows = list(row), row_count(background)
    output = int(ask(row)[0].argmax())
    # [rows, orders, places]: which column is the next to be replaced.
    forward = np.random.default_rng(seed).permuted(
        np.tile(np.arange(len(names)), (rows, orders, 1)), axis=2
    )
    walks = np.stack([forward, forward[:, :, ::-1]], axis=2)
    shares, first, last = _walked(walks, row, background, ask, output)
    by_pair = shares.mean(axis=2)
    spread = by_pair.var(axis=1, ddof=1).mean(axis=0) / (orders * rows)
    found = [
        Attribution(name, float(share), float(_NORMAL_95 * variance**0.5))
        for name, share, variance in zip(names, by_pair.mean(axis=(0, 1)), spread, strict=True)
    ]
    found.sort(key=lambda attribution: -abs(attribution.share))
    return Explained(output, float(last.mean()), float(first.mean()), tuple(found))


def _walked(
    walks: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]",
    row: Columns,
    background: Columns,
    ask: Ask,
    output: int,
) -> tuple[Floats, Floats, Floats]:
    """What each replacement changed, and the answers before the first and after the last.

    Args:
        walks: [rows, orders, 2, columns]: the columns in the order of their replacement.
        row: One row.
        background: [rows].
        ask: The model.
        output: Which of its outputs.

    Returns:
        [rows, orders, 2, columns] by column, no longer by place, and twice [rows, orders, 2].
    """
    *walk_shape, count = walks.shape
    step_shape = (*walk_shape, count + 1)
    place_of = walks.argsort(axis=-1)
    steps = np.arange(count + 1)
    of_background = np.broadcast_to(
        np.arange(walks.shape[0]).reshape(-1, *[1] * (len(step_shape) - 1)), step_shape
    )
    columns = {
        name: np.where(
            place_of[..., number, np.newaxis] < steps, row[name][0], values[of_background]
        ).ravel()
        for number, (name, values) in enumerate((name, background[name]) for name in row)
    }
    answers = ask(columns)[:, output].reshape(step_shape)
    changes = np.diff(answers, axis=-1)
    return np.take_along_axis(changes, place_of, axis=-1), answers[..., 0], answers[..., -1]
