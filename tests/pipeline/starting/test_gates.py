"""Gates that a model without knowledge does not pass, and a weak one does."""

import random
import tomllib

import numpy as np
import pytest

from pipeline.starting.deciding import decide
from pipeline.starting.gates import gate_lines
from pipeline.starting.wishes import Wishes
from tests.pipeline.starting.tables import table


def first_gate(label):
    found = table(y=label, x=[f"{random.Random(i).gauss(0, 1):.9f}" for i in range(len(label))])
    decisions = decide(found, Wishes("y"))
    text = "\n".join(gate_lines(found.columns["y"], decisions, found))
    return tomllib.loads(text)["evaluation"]["gates"][0], text


@pytest.mark.parametrize("shares", [(0.4, 0.3, 0.3), (0.8, 0.1, 0.1), (0.97, 0.02, 0.01)])
def test_the_shares_of_the_classes_pass_on_hardly_any_split(shares):
    draws = np.random.default_rng(4)
    label = draws.choice(list("abc"), 3000, p=shares).tolist()
    gate, _ = first_gate(label)
    known = {name: label.count(name) / len(label) for name in "abc"}

    losses = [
        -np.mean([np.log(known[name]) for name in draws.choice(list("abc"), 1000, p=shares)])
        for _ in range(200)
    ]

    assert gate["metric"] == "loss"
    assert np.mean([loss <= gate["max"] for loss in losses]) < 0.05


def test_a_model_that_knows_a_little_passes():
    gate, _ = first_gate(np.random.default_rng(4).choice(list("abc"), 3000).tolist())

    assert gate["max"] > 0.97 * np.log(3)


@pytest.mark.parametrize(("rows", "least"), [(60, 0.7), (150, 0.6), (20_000, 0.55)])
def test_fewer_rows_that_judge_ask_for_more(rows, least):
    gate, _ = first_gate([i // 3 % 2 for i in range(rows)])

    assert (gate["metric"], gate["min"] >= least, gate["min"] < least + 0.1) == ("auc", True, True)


def test_the_file_says_that_few_rows_judge():
    _, text = first_gate([i // 3 % 2 for i in range(60)])

    assert "# Only about 30 rows judge: by luck alone, accuracy moves by ±0.18." in text
