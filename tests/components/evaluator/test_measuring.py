"""Slices and their intervals, and what gates make of them."""

import json

import numpy as np
import pytest

from components.answering.answers import MISSING, Answers, Coded
from components.evaluator.judging import judge
from components.evaluator.measuring import broken, measure
from components.evaluator.options import EvaluatorOptions
from components.evaluator.results import plain_metrics


def answered(label, candidate, baseline=None, **columns):
    """Answers to rows, each column as its texts."""
    return Answers(
        label=np.asarray(label, float),
        candidate=_column(candidate),
        baseline=None if baseline is None else _column(baseline),
        columns={name: coded(texts) for name, texts in columns.items()},
        row=np.arange(len(label)),
        unlabelled=0,
    )


def _column(values):
    array = np.asarray(values, np.float32)
    return array if array.ndim == 2 else array[:, np.newaxis]


def coded(texts):
    values = tuple(sorted(set(texts) - {""}))
    return Coded(np.int32([values.index(t) if t else MISSING for t in texts]), values)


def measured(answers, task="binary", slices=(), named=(), trivial=(0.5,), seed=7):
    return measure(answers, task, slices=slices, named=named, trivial=np.array(trivial), seed=seed)


def noisy(rows, share, seed):
    """A model that is right about such a share of the rows."""
    generator = np.random.default_rng(seed)
    label = (generator.random(rows) < 0.5).astype(float)
    right = generator.random(rows) < share
    return label, np.where(right, label, 1 - label) * 0.8 + 0.1


def test_a_slice_is_the_rows_with_a_value_and_a_missing_value_is_in_none():
    kind = ["a", "b", "", "a", "b"]
    answers = answered([1, 0, 1, 0, 1], [0.9, 0.1, 0.8, 0.2, 0.7], kind=kind)

    found = measured(answers, slices=[["kind"]])

    assert {key: slice_.rows for key, slice_ in found.items()} == {
        (): 5,
        (("kind", "a"),): 2,
        (("kind", "b"),): 2,
    }


def test_a_cross_has_a_slice_for_every_pair_that_occurs_and_a_gate_may_name_one():
    answers = answered(
        [1, 0, 1], [0.9, 0.1, 0.8], kind=["a", "b", "a"], day=["1", "1", "2"], fuel=["x", "y", "x"]
    )
    named = [(("fuel", "x"), ("kind", "a")), (("fuel", "z"),)]

    found = measured(answers, slices=[["kind", "day"]], named=named)

    assert {key: slice_.rows for key, slice_ in found.items() if key} == {
        (("day", "1"), ("kind", "a")): 1,
        (("day", "1"), ("kind", "b")): 1,
        (("day", "2"), ("kind", "a")): 1,
        (("fuel", "x"), ("kind", "a")): 2,
    }


def test_the_same_evaluation_gives_the_same_intervals_whatever_else_is_sliced():
    label, said = noisy(400, 0.8, seed=1)
    answers = answered(label, said, kind=["a", "b"] * 200, day=["1"] * 400)

    once = plain_metrics(measured(answers, slices=[["kind"]]))
    again = plain_metrics(measured(answers, slices=[["day"], ["kind"]]))

    assert [entry for entry in again if "day" not in entry["slice"]] == once
    assert plain_metrics(measured(answers, slices=[["kind"]], seed=8))[0] != once[0]


@pytest.mark.parametrize("rows", [200, 20_000])
def test_an_interval_holds_the_truth_about_as_often_as_it_says(rows):
    hits, widths = 0, []
    for seed in range(40):
        label, said = noisy(rows, 0.8, seed=seed)
        accuracy = measured(answered(label, said), seed=seed)[()].metrics["accuracy"]
        hits += accuracy.low <= 0.8 <= accuracy.high
        widths.append(accuracy.high - accuracy.low)

    assert 34 <= hits <= 40
    # The normal interval of a share; above 5,000 rows it comes from a sample, narrowed.
    assert np.mean(widths) == pytest.approx(2 * 1.96 * (0.8 * 0.2 / rows) ** 0.5, rel=0.1)


def test_a_change_is_of_pairs_so_that_two_like_models_are_told_apart():
    label, said = noisy(2000, 0.8, seed=3)
    worse = said.copy()
    worse[:40] = 1 - label[:40]

    accuracy = measured(answered(label, said, worse))[()].metrics["accuracy"]

    assert 0 < accuracy.change_low < accuracy.change < accuracy.change_high < 0.03
    assert accuracy.high - accuracy.low > accuracy.change_high - accuracy.change_low


def test_a_change_is_an_improvement_where_a_loss_falls():
    label, said = noisy(500, 0.9, seed=4)

    loss = measured(answered(label, said, np.full(500, 0.5)))[()].metrics["loss"]

    assert loss.candidate < loss.baseline
    assert loss.change == pytest.approx(loss.baseline - loss.candidate)


def test_a_model_against_itself_has_changed_by_nothing():
    label, said = noisy(500, 0.9, seed=4)

    auc = measured(answered(label, said, said))[()].metrics["auc"]

    assert (auc.change, auc.change_low, auc.change_high) == (0, 0, 0)


def test_of_one_positive_row_nothing_is_known_about_chance():
    found = measured(answered([1] + [0] * 99, np.linspace(0.9, 0.1, 100)))[()].metrics["auc"]

    assert found.candidate == 1
    assert np.isnan([found.low, found.high]).all()


def test_the_trivial_model_stands_beside_the_others():
    answers = answered([1, 0, 0, 0], [0.9, 0.1, 0.2, 0.3])

    metrics = measured(answers, trivial=(0.25,))[()].metrics

    assert metrics["auc"].trivial == 0.5
    assert metrics["accuracy"].trivial == 0.75
    assert metrics["loss"].trivial == pytest.approx(-(np.log(0.25) + 3 * np.log(0.75)) / 4)


def gated(answers, *gates, task="binary", slices=(("kind",),)):
    plain = {"task": task, "label": {"column": "y"}, "slices": slices, "gates": gates}
    options = EvaluatorOptions.from_json(json.dumps(plain))
    found = measured(answers, task, options.slices, options.named_slices)
    return judge(options, found, has_baseline=answers.baseline is not None)


EVERY = {"metric": "accuracy", "min": 0.7, "scope": "every slice", "min_rows": 20}


def test_a_truly_bad_slice_is_refused_though_the_average_is_good():
    label, said = noisy(1000, 0.95, seed=5)
    said[:100] = 1 - said[:100]
    kind = ["bad"] * 100 + ["good"] * 900

    findings = gated(answered(label, said, kind=kind), {"metric": "accuracy", "min": 0.7}, EVERY)

    assert [(f.slice, f.passed) for f in findings if f.bound == "min"] == [
        ("overall", True),
        ("kind=bad", False),
        ("kind=good", True),
    ]


def test_the_noise_of_a_small_slice_alone_refuses_nobody():
    label, said = noisy(1000, 0.75, seed=6)
    label[:20], said[:20] = [0, 1] * 10, 0.9 * np.array([0, 1] * 10)
    said[:7] = 0.9 - said[:7]
    kind = ["small"] * 20 + ["large"] * 980

    small = next(f for f in gated(answered(label, said, kind=kind), EVERY) if "small" in f.slice)

    assert small.candidate == 0.65
    assert small.passed
    assert small.note == "by chance it may keep it: the 95 % interval reaches the bound"


@pytest.mark.parametrize("answer", [np.nan, np.inf, -0.1, 1.1])
def test_an_answer_that_is_no_probability_leaves_the_model_unmeasured(answer):
    answers = answered([1, 0, 1], [0.9, answer, 0.8], [0.5, 0.5, 0.5])

    (finding,) = broken(answers, "binary")

    assert not finding.passed
    assert finding.note == f"1 answers are no probabilities, the first {answer:g} in row 1"
    metrics = measured(answers)[()].metrics
    assert all(np.isnan(estimate.candidate) for estimate in metrics.values())
    assert metrics["accuracy"].baseline == pytest.approx(1 / 3)


def test_a_stable_model_that_answers_nan_is_not_the_candidates_fault_but_is_said():
    answers = answered([1, 0, 1], [0.9, 0.1, 0.8], [0.5, np.nan, 0.5])

    (finding, _) = gated(answers, {"metric": "accuracy", "min_change": -0.5}, slices=())

    assert broken(answers, "binary") == []
    assert not finding.passed
    assert finding.note == "accuracy of the stable model is undefined on these rows"


def test_no_rows_are_measured_as_nothing():
    for task, outputs in (("binary", 1), ("multiclass", 3), ("regression", 1)):
        empty = answered([], np.zeros((0, outputs)), kind=[])

        found = measured(empty, task, slices=[["kind"]], trivial=[0.3] * outputs)

        assert list(found) == [()]
        assert found[()].rows == 0
        assert broken(empty, task) == []
