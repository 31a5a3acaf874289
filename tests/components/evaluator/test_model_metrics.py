"""Metrics on arrays, against their definitions and against another implementation."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from components.evaluator.metrics import METRICS
from components.evaluator.model_metrics import MEASURES, binary, multiclass, regression


def once(measure, rows):
    return {name: float(values[0]) for name, values in measure(np.ones((1, rows))).items()}


def scored(rows=3000, seed=1):
    """Labels, and probabilities that know something of them; every tenth is rounded to a tie."""
    generator = np.random.default_rng(seed)
    probability = generator.random(rows).astype(np.float32)
    label = (generator.random(rows) < probability).astype(float)
    probability[::10] = probability[::10].round(1)
    return label, probability[:, np.newaxis]


def test_binary_metrics_are_those_of_another_implementation():
    label, answer = scored()
    said = answer[:, 0] > 0.5

    found = once(binary(label, answer), 3000)

    assert found == {
        "auc": pytest.approx(sklearn.roc_auc_score(label, answer[:, 0])),
        "auc_pr": pytest.approx(sklearn.average_precision_score(label, answer[:, 0])),
        "accuracy": pytest.approx(sklearn.accuracy_score(label, said)),
        "loss": pytest.approx(sklearn.log_loss(label, answer[:, 0].clip(1e-7, 1 - 1e-7)), rel=1e-4),
        "precision": pytest.approx(sklearn.precision_score(label, said)),
        "recall": pytest.approx(sklearn.recall_score(label, said)),
        "calibration_error": pytest.approx(found["calibration_error"]),
    }


def test_multiclass_metrics_are_those_of_another_implementation():
    generator = np.random.default_rng(2)
    answer = generator.dirichlet([1, 1, 1], 2000).astype(np.float32)
    label = np.array([generator.choice(3, p=p / p.sum()) for p in answer.astype(float)], float)

    found = once(multiclass(label, answer), 2000)

    assert found == {
        "accuracy": pytest.approx(sklearn.accuracy_score(label, answer.argmax(axis=1))),
        "loss": pytest.approx(sklearn.log_loss(label, answer), rel=1e-4),
        "auc": pytest.approx(
            np.mean([sklearn.roc_auc_score(label == c, answer[:, c]) for c in range(3)])
        ),
    }


def test_regression_metrics_are_those_of_another_implementation():
    generator = np.random.default_rng(3)
    label = 1e6 + generator.normal(size=500)
    answer = (label + generator.normal(size=500)).astype(np.float32)[:, np.newaxis]
    said = answer[:, 0].astype(float)

    assert once(regression(label, answer), 500) == {
        "rmse": pytest.approx(sklearn.root_mean_squared_error(label, said)),
        "mae": pytest.approx(sklearn.mean_absolute_error(label, said)),
        "r2": pytest.approx(sklearn.r2_score(label, said)),
    }


def test_a_model_that_says_half_of_what_happens_is_off_by_half():
    label = np.ones(4)

    assert once(binary(label, np.full((4, 1), 0.5)), 4)["calibration_error"] == 0.5
    assert once(binary(label, np.ones((4, 1))), 4)["calibration_error"] == 0


def test_a_row_that_counts_twice_is_as_good_as_two():
    label, answer = scored(300)
    twice = np.ones((1, 300))
    twice[0, :100] = 2
    again = np.concatenate([np.arange(100), np.arange(300)])

    for measure in (binary, regression):
        weighted = {name: value[0] for name, value in measure(label, answer)(twice).items()}
        assert weighted == pytest.approx(once(measure(label[again], answer[again]), 400))


def test_weightings_do_not_mix():
    label, answer = scored(200)
    measure = binary(label, answer)
    weights = np.random.default_rng(4).integers(0, 3, (5, 200)).astype(np.float32)

    together = measure(weights)

    for place in range(5):
        alone = measure(weights[place : place + 1])
        assert {name: values[place] for name, values in together.items()} == pytest.approx(
            {name: values[0] for name, values in alone.items()}
        )


def test_equal_answers_rank_nobody():
    assert once(binary(np.array([0.0, 1.0, 1.0]), np.full((3, 1), 0.3)), 3)["auc"] == 0.5


@pytest.mark.parametrize(
    ("task", "label", "answer", "undefined"),
    [
        ("binary", [0, 0], [[0.1], [0.7]], {"auc", "auc_pr", "recall"}),
        ("binary", [1, 1], [[0.6], [0.7]], {"auc"}),
        ("binary", [0, 1], [[0.1], [0.2]], {"precision"}),
        ("multiclass", [1, 1], [[0.1, 0.9], [0.2, 0.8]], {"auc"}),
        ("regression", [3, 3], [[3], [4]], {"r2"}),
        ("binary", [], np.zeros((0, 1)), set(METRICS["binary"])),
        ("multiclass", [], np.zeros((0, 3)), set(METRICS["multiclass"])),
        ("regression", [], np.zeros((0, 1)), set(METRICS["regression"])),
    ],
)
def test_what_rows_cannot_tell_is_undefined(task, label, answer, undefined):
    rows = len(label)

    found = once(MEASURES[task](np.array(label, float), np.array(answer, np.float32)), rows)

    assert {name for name, value in found.items() if np.isnan(value)} == undefined
    assert found.keys() == METRICS[task].keys()


def test_a_class_that_never_occurs_counts_for_nothing():
    label = np.array([0.0, 1.0, 0.0, 1.0])
    answer = np.float32([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.6, 0.1, 0.3], [0.2, 0.7, 0.1]])

    assert once(multiclass(label, answer), 4)["auc"] == 1.0
