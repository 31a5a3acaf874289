"""Execution properties have the types that TFX knows, and the values that the run was given."""

import json

import pytest

from stepping.errors import StepError
from stepping.node import Node
from stepping.parameters import exec_properties
from tests.kubeflow.stepping.kfp import as_arrives

CONFIG = json.dumps(
    {"steps": 20000, "rate": 0.5, "name": "taxi", "none": None, "of": {"n": 1}}, indent=2
)


def node(parameters, runtime=None):
    return Node(
        id="Trainer",
        executor="a.B",
        beam=None,
        inputs={},
        outputs={},
        parameters=parameters,
        runtime={
            name: tuple(tuple(place) for place in places)
            for name, places in (runtime or {}).items()
        },
    )


def placed(value, *places, parameters=None):
    parameters = parameters or {"custom_config": "STRING"}
    given = {"custom_config": CONFIG, "count": 3.0, "text": "before", "value": value}
    return exec_properties(node(parameters, {"value": places}), as_arrives(given))


@pytest.mark.parametrize(
    ("kind", "arrives", "is_"),
    [
        ("STRING", "text", "text"),
        ("STRING", "", ""),
        ("STRING", "7", "7"),
        ("INT", 7.0, 7),
        ("INT", 7, 7),
        ("INT", "9007199254740993", 2**53 + 1),
        ("INT", -0.0, 0),
        ("DOUBLE", 7, 7.0),
        ("DOUBLE", 0.5, 0.5),
        ("DOUBLE", "0.5", 0.5),
    ],
)
def test_a_parameter_has_the_type_that_the_graph_gives_it(kind, arrives, is_):
    (value,) = exec_properties(node({"it": kind}), {"it": arrives}).values()

    assert value == is_
    assert type(value) is type(is_)


@pytest.mark.parametrize(
    ("kind", "arrives", "expected"),
    [
        ("STRING", 7.0, "a text"),
        ("STRING", ["a"], "a text"),
        ("INT", 7.5, "a whole number"),
        ("INT", "seven", "a whole number"),
        ("INT", True, "a whole number"),
        ("INT", {"n": 1}, "a whole number"),
        ("DOUBLE", "much", "a number"),
        ("DOUBLE", [1.0], "a number"),
    ],
)
def test_a_value_of_another_type_is_one_clear_error(kind, arrives, expected):
    with pytest.raises(StepError, match=rf"parameter 'it' is .*; expected {expected}$"):
        exec_properties(node({"it": kind}), {"it": arrives})


@pytest.mark.parametrize("given", [{"other": 1}, {"it": None}])
def test_a_parameter_that_is_missing_is_named(given):
    with pytest.raises(StepError, match="parameter 'it' is missing from the executor input"):
        exec_properties(node({"it": "STRING"}), given)


def test_what_nobody_asks_for_is_left_out():
    assert exec_properties(node({"it": "INT"}), {"it": 1, "other": 2}) == {"it": 1}


def test_a_value_of_the_run_takes_the_place_of_a_property():
    assert placed(9, ["count"], parameters={"count": "INT"}) == {"count": 9}
    assert placed("after", ["text"], parameters={"text": "STRING"}) == {"text": "after"}


@pytest.mark.parametrize(
    ("place", "value", "becomes"),
    [
        (("steps",), 500.0, 500),
        (("rate",), 1.0, 1.0),
        (("name",), "churn", "churn"),
        (("none",), 3.0, 3),
        (("none",), 0.5, 0.5),
        (("none",), "text", "text"),
        (("of", "n"), 2.0, 2),
    ],
)
def test_a_value_of_the_run_takes_a_place_within_a_json_text(place, value, becomes):
    config = json.loads(placed(value, ("custom_config", *place))["custom_config"])

    *before, last = place
    holder = config
    for key in before:
        holder = holder[key]
    assert holder[last] == becomes
    assert type(holder[last]) is type(becomes)
    holder[last] = None
    untouched = json.loads(CONFIG)
    (untouched["of"] if before else untouched)[last] = None
    assert config == untouched


def test_a_value_of_the_run_may_have_several_places():
    kinds = {"count": "INT", "custom_config": "STRING"}

    properties = placed(9, ["count"], ["custom_config", "steps"], parameters=kinds)

    assert properties["count"] == 9
    assert json.loads(properties["custom_config"])["steps"] == 9


def test_a_text_in_which_nothing_changes_stays_as_it_is():
    assert placed(20000.0, ["custom_config", "steps"])["custom_config"] == CONFIG


@pytest.mark.parametrize(
    "place",
    [["absent"], ["custom_config", "absent"], ["custom_config", "of", "m"]]
    + [["custom_config", "name", "x"], ["custom_config", "absent", "x"]],
)
def test_a_place_that_is_not_there_is_one_clear_error(place):
    with pytest.raises(StepError, match="parameter 'value' belongs into .*, which Trainer"):
        placed(1, place)


@pytest.mark.parametrize(("key", "value"), [("steps", "many"), ("steps", 0.5), ("name", 3.0)])
def test_a_value_that_does_not_fit_its_place_is_one_clear_error(key, value):
    with pytest.raises(StepError, match=r"parameter 'value' is .*; expected a"):
        placed(value, ["custom_config", key])
