"""A fit that starts from an earlier model."""

import json
import logging
from pathlib import Path

import keras
import numpy as np
import pytest

from components.training.layers import MemberDense, for_each
from components.training.named_weights import NamedWeights, weight_names
from components.training.run_log import summary
from components.training.warm_start import WarmStart, carried
from tests.components.learning import trips


def weights(inputs=("a", "b"), values=None, **arrays):
    named = {name.replace("__", "."): np.array(value) for name, value in arrays.items()}
    return NamedWeights(named, inputs, values or {})


def test_weights_of_the_same_name_and_shape_are_carried_over():
    earlier = weights(member_dense__0__kernel=[1.0, 2.0], member_dense__0__bias=[3.0])
    fresh = weights(member_dense__0__kernel=[0.0, 0.0], member_dense__0__bias=[0.0])

    result = carried(earlier, fresh)

    assert [w.tolist() for w in result.weights] == [[1.0, 2.0], [3.0]]
    assert result.left == []


def test_embeddings_go_by_their_values_wherever_these_now_stand():
    earlier = weights(values={"shape": ["", "round", "square"]}, shape=[[0.5], [1.0], [2.0]])
    fresh = weights(
        values={"shape": ["", "oval", "square", "round"]}, shape=[[9.0], [9.0], [9.0], [9.0]]
    )

    result = carried(earlier, fresh)

    assert result.weights[0].tolist() == [[0.5], [9.0], [2.0], [1.0]]
    assert result.names == ["shape"]
    assert result.left == [("shape", "1 of 4 values are new: oval")]


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        (weights(), "the earlier model has none"),
        (
            weights(member_dense__0__kernel=[1.0, 2.0, 3.0]),
            "it is of shape (3,) there and (2,) here",
        ),
        (
            weights(inputs=("a", "c"), member_dense__0__kernel=[1.0, 2.0]),
            "the features are others: +b, -c",
        ),
        (
            weights(inputs=("b", "a"), member_dense__0__kernel=[1.0, 2.0]),
            "the features are others: they are in another order",
        ),
    ],
)
def test_what_means_something_else_is_left(earlier, why):
    result = carried(earlier, weights(member_dense__0__kernel=[0.0, 0.5]))

    assert result.weights[0].tolist() == [0.0, 0.5]
    assert result.names == []
    assert result.left == [("member_dense.0.kernel", why)]


@pytest.mark.parametrize("name", ["number_embedding.0.kernel", "linear.0.kernel"])
def test_what_has_a_part_for_each_feature_is_left_when_these_are_others(name):
    key = name.replace(".", "__")
    earlier = weights(inputs=("a", "c"), **{key: [1.0, 2.0]})
    fresh = weights(inputs=("a", "b"), **{key: [0.0, 0.5]})

    result = carried(earlier, fresh)

    assert result.weights[0].tolist() == [0.0, 0.5]
    assert result.left == [(name, "the features are others: +b, -c")]


def test_embeddings_of_another_width_are_left():
    values = {"shape": ["", "round"]}
    earlier = weights(values=values, shape=[[1.0], [2.0]])
    fresh = weights(values=values, shape=[[0.0, 0.5], [0.5, 0.0]])

    result = carried(earlier, fresh)

    assert result.weights[0].tolist() == [[0.0, 0.5], [0.5, 0.0]]
    assert (result.names, result.left) == (
        [],
        [("shape", "an embedding has 1 numbers there and 2 here")],
    )


def test_of_a_version_without_named_weights_nothing_is_carried_over_and_it_says_so(
    tmp_path, caplog
):
    cold = WarmStart(str(tmp_path), 3, None)

    cold.begin(None)

    why = "it was written without the weights' names"
    assert cold.record == {
        "from_version": 3,
        "carried": [],
        "left": [{"what": "all weights", "why": why}],
    }
    assert f"not carried over from version 3: all weights: {why}" in caplog.text


def test_a_weight_has_the_same_name_in_any_process():
    def network():
        inputs = {"x": keras.Input((3,), name="x")}
        return keras.Model(inputs, MemberDense(1, 1)(MemberDense(1, 2)(for_each(1, inputs["x"]))))

    first, second = network(), network()

    assert (
        weight_names(first)
        == weight_names(second)
        == [
            "member_dense.0.kernel",
            "member_dense.0.bias",
            "member_dense.1.kernel",
            "member_dense.1.bias",
        ]
    )


STILL = {"steps": 1, "learning_rate": 1e-9, "warm_start": True}


def start(taxi, folder, base_model, version):
    model = trips.train(
        folder / "next",
        taxi.examples,
        taxi.schema,
        taxi.transform,
        base_model=base_model,
        stable_version=version,
        seed=1,
        **STILL,
    )
    return model, f"{model.uri}_run"


def test_a_fit_that_moves_nothing_answers_as_the_model_it_started_from(taxi, tmp_path, caplog):
    caplog.set_level(logging.INFO)

    model, run = start(taxi, tmp_path, f"{taxi.model.uri}/Format-Serving", 7)

    rows = taxi.rows[2000:]
    expected = trips.ask(taxi.loaded, rows)["probability"]
    np.testing.assert_allclose(
        trips.ask(trips.load(model), rows)["probability"], expected, atol=1e-3
    )
    record = json.loads(Path(run, "training.json").read_text())["warm_start"]
    assert (record["from_version"], record["left"]) == (7, [])
    assert "categories.0.embeddings" in record["carried"]
    assert "starting from version 7" in caplog.text
    assert summary(run).endswith("; started from version 7")


def test_without_a_stable_version_the_start_is_cold_and_says_so(taxi, tmp_path, caplog):
    _, run = start(taxi, tmp_path, f"{tmp_path}/nothing/Format-Serving", 0)

    assert json.loads(Path(run, "training.json").read_text())["warm_start"] is None
    assert "no stable version to start from: a cold start" in caplog.text
    assert summary(run).endswith("; a cold start, for lack of a stable version")
