"""The judge is tried before it judges."""

import dataclasses

import numpy as np
import pytest

import registry
from components.answering.answers import Answers
from components.errors import ModelRefused
from components.evaluator import judging
from components.evaluator.metrics import METRICS
from components.evaluator.options import EvaluatorOptions, Gate
from components.evaluator.self_test import require_another_model, require_sound_judge
from schema.labels import Label

LABELS = {
    "binary": np.tile([0.0, 1.0, 1.0, 0.0, 0.0], 60),
    "multiclass": np.tile([0.0, 1.0, 2.0, 2.0], 60),
    "regression": np.tile([10.0, 12.5, -3.0, 7e6], 60),
}
EVERY_METRIC = [(task, metric) for task, metrics in METRICS.items() for metric in metrics]


def options(task, *metrics):
    gates = tuple(Gate(metric=metric, max=1e9) for metric in metrics)
    return EvaluatorOptions(task=task, label=Label(column="y"), gates=gates)


def answered(label, task):
    outputs = 3 if task == "multiclass" else 1
    candidate = np.full((len(label), outputs), 0.5, np.float32)
    return Answers(label, candidate, None, {}, np.arange(len(label)), 0)


@pytest.mark.parametrize("task", METRICS)
def test_a_judge_that_can_tell_better_from_worse_is_let_on(task):
    require_sound_judge(answered(LABELS[task], task), options(task, *METRICS[task]))


@pytest.mark.parametrize(("task", "metric"), EVERY_METRIC)
def test_a_metric_whose_direction_is_reversed_is_found(monkeypatch, task, metric):
    about = METRICS[task][metric]
    reversed_ = dataclasses.replace(about, higher_is_better=not about.higher_is_better)
    monkeypatch.setitem(METRICS[task], metric, reversed_)

    with pytest.raises(ModelRefused, match=f"the judge is broken.*{metric} "):
        require_sound_judge(answered(LABELS[task], task), options(task, metric))


@pytest.mark.parametrize(("task", "metric"), EVERY_METRIC)
def test_a_bound_that_is_held_the_wrong_way_is_found(monkeypatch, task, metric):
    right = judging._hold

    def wrong(*arguments):
        return [dataclasses.replace(f, passed=not f.passed) for f in right(*arguments)]

    monkeypatch.setattr(judging, "_hold", wrong)

    with pytest.raises(ModelRefused, match="the judge is broken"):
        require_sound_judge(answered(LABELS[task], task), options(task, metric))


@pytest.mark.parametrize("task", METRICS)
@pytest.mark.parametrize("label", [[], [1.0], [1.0] * 50])
def test_labels_that_tell_nothing_accuse_nobody(task, label):
    require_sound_judge(answered(np.array(label), task), options(task, *METRICS[task]))


def test_the_same_files_elsewhere_are_the_same_model(tmp_path):
    for name, content in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").write_text(content)

    with pytest.raises(ModelRefused, match="compared with itself"):
        require_another_model(tmp_path / "a", tmp_path / "b")

    other = require_another_model(tmp_path / "a", tmp_path / "c")
    assert other == registry.digest(tmp_path / "c")
    assert require_another_model(tmp_path / "a", None) == registry.NO_DIGEST
