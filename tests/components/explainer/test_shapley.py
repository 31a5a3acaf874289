"""Shares of an answer, on models whose shares are known."""

import numpy as np
import pytest

from components.explainer.shapley import explain


def background(rows=50):
    numbers = np.random.default_rng(3)
    return {name: numbers.normal(size=rows) for name in ("a", "b", "c")}


def row(**values):
    return {name: np.array([value]) for name, value in values.items()}


def shares(explained):
    return {entry.column: entry.share for entry in explained.attributions}


def test_a_sum_is_shared_as_its_parts_differ_from_their_means():
    rows = background()

    explained = explain(
        row(a=2.0, b=-1.0, c=0.5),
        rows,
        lambda given: (3 * given["a"] + given["b"])[:, np.newaxis],
        orders=2,
        seed=1,
    )

    found = shares(explained)
    assert found["a"] == pytest.approx(3 * (2 - rows["a"].mean()))
    assert found["b"] == pytest.approx(-1 - rows["b"].mean())
    assert found["c"] == pytest.approx(0)
    assert [entry.error for entry in explained.attributions] == pytest.approx([0, 0, 0], abs=1e-6)


def test_a_product_is_shared_alike_by_its_factors():
    rows = {"a": np.zeros(1), "b": np.zeros(1), "c": np.zeros(1)}

    explained = explain(
        row(a=2.0, b=3.0, c=9.0),
        rows,
        lambda given: (given["a"] * given["b"])[:, np.newaxis],
        orders=2,
        seed=1,
    )

    assert shares(explained) == pytest.approx({"a": 3.0, "b": 3.0, "c": 0.0})


def tangled(given):
    """A model in which every column depends on the others."""
    return np.stack([np.tanh(given["a"] * given["b"] + given["c"]), given["a"] ** 2], axis=1)


def test_the_shares_add_up_to_the_answer_less_the_mean_of_the_background():
    rows, asked = background(), row(a=0.3, b=-1.0, c=1.2)

    explained = explain(asked, rows, tangled, orders=2, seed=1)

    assert explained.output == 0
    assert explained.answer == pytest.approx(tangled(asked)[0, 0])
    assert explained.mean == pytest.approx(tangled(rows)[:, 0].mean())
    assert sum(shares(explained).values()) == pytest.approx(
        explained.answer - explained.mean, abs=1e-12
    )


def test_of_several_outputs_the_largest_is_explained():
    explained = explain(row(a=5.0, b=-1.0, c=0.0), background(), tangled, orders=2, seed=1)

    assert (explained.output, explained.answer) == (1, 25.0)


def test_the_error_says_how_far_the_exact_shares_may_be():
    rows, asked = background(20), row(a=0.3, b=-1.0, c=1.2)
    exact = shares(explain(asked, rows, tangled, orders=2000, seed=0))

    near = []
    for seed in range(100):
        explained = explain(asked, rows, tangled, orders=8, seed=seed)
        near += [
            abs(entry.share - exact[entry.column]) <= entry.error
            for entry in explained.attributions
        ]

    assert 0.88 <= np.mean(near) <= 1


def test_texts_are_replaced_like_numbers():
    rows = {"a": np.array([b"x", b"y"], object), "n": np.array([1, 2], np.int64)}
    asked = {"a": np.array([b"z"], object), "n": np.array([5], np.int64)}
    seen = set()

    def ask(given):
        seen.update(zip(given["a"], given["n"].tolist(), strict=True))
        assert given["n"].dtype == np.int64
        return (given["a"] == b"z").astype(float)[:, np.newaxis]

    explained = explain(asked, rows, ask, orders=2, seed=1)

    assert shares(explained) == {"a": 1.0, "n": 0.0}
    assert seen == {(b"z", 5), (b"x", 1), (b"y", 2), (b"z", 1), (b"z", 2), (b"x", 5), (b"y", 5)}
