"""Real models through the real Evaluator."""

import json
from pathlib import Path

import pytest
from tfx.types import standard_artifacts

from components.evaluator.executor import Executor
from tests.components.learning import trips

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def careless(taxi, tmp_path_factory):
    """A model that has hardly looked at the data."""
    folder = tmp_path_factory.mktemp("careless")
    return trips.train(
        folder / "model", taxi.examples, taxi.schema, taxi.transform, steps=3, learning_rate=1e-5
    )


@pytest.fixture
def evaluate(taxi, tmp_path):
    """Runs the node; gives the blessing and what stands in gates.json."""

    def run(model, baseline, *gates):
        absent = trips.artifact(standard_artifacts.Model, tmp_path / "absent")
        evaluation = trips.artifact(standard_artifacts.ModelEvaluation, tmp_path / "evaluation")
        blessing = trips.artifact(standard_artifacts.ModelBlessing, tmp_path / "blessing")
        options = {"task": "binary", "label": trips.TIP, "slices": [["payment_type"]]}
        Executor(trips.BEAM).Do(
            {
                "examples": [taxi.examples],
                "schema": [taxi.schema],
                "model": [model],
                "baseline_model": [baseline or absent],
            },
            {"evaluation": [evaluation], "blessing": [blessing]},
            {"options": json.dumps(options | {"gates": gates}), "example_splits": '["eval"]'},
        )
        return blessing, json.loads(Path(evaluation.uri, "gates.json").read_text())

    return run


def test_without_a_stable_model_only_the_change_is_waived(evaluate, taxi):
    blessing, gates = evaluate(
        taxi.model,
        None,
        {"metric": "auc", "min": 0.9},
        {"metric": "auc", "min_change": 0.5},
        {"metric": "accuracy", "min": 0.5, "scope": "every slice", "min_rows": 100},
    )

    assert [path.name for path in Path(blessing.uri).iterdir()] == ["BLESSED"]
    assert blessing.get_int_custom_property("blessed") == 1
    assert blessing.get_string_custom_property("reason") == ""
    assert "passed (no baseline)" in blessing.get_string_custom_property("gates")
    assert gates["has_baseline"] is False
    assert [gate["slice"] for gate in gates["gates"]] == [
        "overall",
        "overall",
        "payment_type=Cash",
        "payment_type=Credit Card",
    ]
    assert gates["overall"]["rows"] == 1000
    assert sum(gate["rows"] for gate in gates["gates"][2:]) > 900
    metrics = json.loads(blessing.get_string_custom_property("metrics"))
    assert metrics["candidate"]["auc"] == gates["gates"][0]["candidate"] > 0.9


def test_a_worse_model_is_not_blessed_and_says_why(evaluate, taxi, careless):
    blessing, gates = evaluate(
        careless, taxi.model, {"metric": "auc", "min_change": -0.01}, {"metric": "auc", "min": 0.0}
    )

    assert [path.name for path in Path(blessing.uri).iterdir()] == ["NOT_BLESSED"]
    assert blessing.get_int_custom_property("blessed") == 0
    (reason,) = blessing.get_string_custom_property("reason").splitlines()
    assert reason.startswith("auc 0.")
    assert reason.endswith("min_change -0.01, overall, 1000 rows: refused")
    assert [gate["passed"] for gate in gates["gates"]] == [False, True]
    assert gates["gates"][0]["candidate"] < gates["gates"][0]["baseline"] - 0.01


def test_a_better_model_is_blessed_unless_a_slice_is_bad(evaluate, taxi, careless):
    better = {"metric": "auc", "min_change": 0.05}
    strict = {"metric": "accuracy", "min": 0.9, "scope": {"payment_type": "Credit Card"}}

    blessing, gates = evaluate(taxi.model, careless, better, strict)

    assert [gate["passed"] for gate in gates["gates"]] == [True, False]
    assert blessing.get_int_custom_property("blessed") == 0
    assert "payment_type=Credit Card" in blessing.get_string_custom_property("reason")


def test_a_better_model_is_blessed(evaluate, taxi, careless):
    blessing, gates = evaluate(taxi.model, careless, {"metric": "loss", "min_change": 0.05})

    assert blessing.get_int_custom_property("blessed") == 1
    assert gates["gates"][0]["candidate"] < gates["gates"][0]["baseline"]
    assert gates["has_baseline"] is True
