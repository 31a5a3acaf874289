"""Real models through the real Evaluator."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma
from google.protobuf import json_format
from tfx.components.evaluator import executor as tfx_evaluator
from tfx.types import standard_artifacts

from components.evaluator.eval_config import eval_config
from components.evaluator.executor import Executor
from components.evaluator.options import EvaluatorOptions
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

    def run(model, baseline, *gates, examples=taxi.examples, folder="evaluation", **options):
        absent = trips.artifact(standard_artifacts.Model, tmp_path / "absent")
        evaluation = trips.artifact(standard_artifacts.ModelEvaluation, tmp_path / folder)
        blessing = trips.artifact(standard_artifacts.ModelBlessing, tmp_path / f"{folder}-blessing")
        options |= {"task": "binary", "label": trips.TIP, "slices": [["payment_type"]]}
        Executor(trips.BEAM).Do(
            {
                "examples": [examples],
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
    assert blessing.get_string_custom_property("summary").startswith("auc 0.9")
    assert "passed (no baseline)" in blessing.get_string_custom_property("gates")
    assert gates["has_baseline"] is False
    assert [gate["slice"] for gate in gates["gates"]] == [
        "overall",
        "overall",
        "payment_type=Cash",
        "payment_type=Credit Card",
        "overall",
    ]
    assert gates["gates"][-1]["bound"] == "trivial"
    assert gates["overall"]["rows"] == 1000
    assert sum(gate["rows"] for gate in gates["gates"][2:-1]) > 900
    metrics = json.loads(blessing.get_string_custom_property("metrics"))
    assert metrics["candidate"]["auc"] == gates["gates"][0]["candidate"] > 0.9


def test_a_worse_model_is_not_blessed_and_says_why(evaluate, taxi, careless):
    blessing, gates = evaluate(
        careless, taxi.model, {"metric": "auc", "min_change": -0.01}, {"metric": "auc", "min": 0.0}
    )

    assert [path.name for path in Path(blessing.uri).iterdir()] == ["NOT_BLESSED"]
    assert blessing.get_int_custom_property("blessed") == 0
    reason, *_ = blessing.get_string_custom_property("reason").splitlines()
    assert reason.startswith("auc 0.")
    assert reason.endswith("min_change -0.01, overall, 1000 rows: refused")
    assert [gate["passed"] for gate in gates["gates"]][:2] == [False, True]
    assert gates["gates"][0]["candidate"] < gates["gates"][0]["baseline"] - 0.01


def test_a_better_model_is_blessed_unless_a_slice_is_bad(evaluate, taxi, careless):
    better = {"metric": "auc", "min_change": 0.05}
    strict = {"metric": "accuracy", "min": 0.9, "scope": {"payment_type": "Credit Card"}}

    blessing, gates = evaluate(taxi.model, careless, better, strict)

    assert [gate["passed"] for gate in gates["gates"]] == [True, False, True]
    assert blessing.get_int_custom_property("blessed") == 0
    assert "payment_type=Credit Card" in blessing.get_string_custom_property("reason")


def test_a_better_model_is_blessed(evaluate, taxi, careless):
    blessing, gates = evaluate(taxi.model, careless, {"metric": "loss", "min_change": 0.05})

    assert blessing.get_int_custom_property("blessed") == 1
    assert gates["gates"][0]["candidate"] < gates["gates"][0]["baseline"]
    assert gates["has_baseline"] is True


def test_a_model_that_has_learnt_nothing_is_refused_though_every_gate_passes(evaluate, careless):
    blessing, gates = evaluate(careless, None, {"metric": "accuracy", "min": 0.1})

    (reason,) = blessing.get_string_custom_property("reason").splitlines()
    assert "must beat the trivial model's" in reason
    assert reason.endswith("refused (it answers no better than always the same)")
    share = gates["overall"]["trivial"]
    assert share["auc"] == 0.5
    assert 0.6 < share["accuracy"] < 0.9


def test_metrics_are_those_that_tfma_computes_row_by_row(evaluate, taxi, careless, tmp_path):
    gate = {"metric": "auc", "min_change": 0.0}
    evaluate(taxi.model, careless, gate)
    plain = {"task": "binary", "label": trips.TIP, "slices": [["payment_type"]], "gates": [gate]}
    config = eval_config(EvaluatorOptions.from_json(json.dumps(plain)), has_baseline=True)
    stock = trips.artifact(standard_artifacts.ModelEvaluation, tmp_path / "stock")
    tfx_evaluator.Executor(trips.BEAM).Do(
        {
            "examples": [taxi.examples],
            "schema": [taxi.schema],
            "model": [taxi.model],
            "baseline_model": [careless],
        },
        {
            "evaluation": [stock],
            "blessing": [trips.artifact(standard_artifacts.ModelBlessing, tmp_path / "other")],
        },
        {
            "eval_config": json_format.MessageToJson(config, preserving_proto_field_name=True),
            "example_splits": '["eval"]',
        },
    )

    for model in (tfma.CANDIDATE_KEY, tfma.BASELINE_KEY):
        ours, theirs = (metrics_in(tmp_path / name, model) for name in ("evaluation", "stock"))
        assert ours.keys() == theirs.keys()
        for key, expected in theirs.items():
            for metric in ("rows", "accuracy", "loss", "precision", "recall"):
                assert ours[key][metric] == pytest.approx(expected[metric], abs=1e-6, nan_ok=True)
            # Where rows of one class make them undefined, TFMA says 0.
            if ours[key]["auc"] != "NaN":
                # TFMA has 10,000 thresholds.
                assert ours[key]["auc"] == pytest.approx(expected["auc"], abs=0.003)
                # And it interpolates between them, where an average precision has steps: of some
                # 180 positive rows each is up to half a hundredth.
                assert ours[key]["auc_pr"] == pytest.approx(expected["auc_pr"], abs=0.005)
    assert tfma.load_validation_result(str(tmp_path / "evaluation")).validation_ok
    assert tfma.load_validation_result(str(tmp_path / "stock")).validation_ok


def metrics_in(folder, model):
    """By slice, the metrics of one model as TFMA's own reader finds them."""
    found = tfma.load_eval_result(str(folder), model_name=model)
    return {
        key: {name: value.get("doubleValue") for name, value in metrics[""][""].items()}
        for key, metrics in found.slicing_metrics
    }


def test_the_same_evaluation_gives_the_same_intervals(evaluate, taxi, careless, tmp_path):
    gate = {"metric": "auc", "min": 0.5}
    evaluate(taxi.model, careless, gate, folder="first")
    evaluate(taxi.model, careless, gate, folder="second")

    first, second = (
        json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("first", "second")
    )
    assert first == second
    overall = first[0]["metrics"]["auc"]
    assert first[0]["slice"] == "overall"
    assert overall["low"] < overall["candidate"] < overall["high"]
    assert overall["change_low"] < overall["change"] < overall["change_high"]


def test_every_judged_row_is_in_a_file_with_its_answers(evaluate, taxi, careless, tmp_path):
    evaluate(taxi.model, careless, {"metric": "auc", "min": 0.5})

    table = pq.read_table(tmp_path / "evaluation" / "answers.parquet")

    assert {field.name: str(field.type) for field in table.schema} == {
        "row": "int64",
        "label": "double",
        "candidate": "double",
        "baseline": "double",
        "column.payment_type": "string",
    }
    rows = taxi.rows[2000:]
    assert table["column.payment_type"].to_pylist() == [r["payment_type"].decode() for r in rows]
    expected = trips.ask(taxi.loaded, rows)["probability"][:, 0]
    np.testing.assert_allclose(table["candidate"], expected, atol=1e-6)


def test_a_model_that_answers_nan_is_refused_and_the_row_is_named(evaluate, taxi, tmp_path):
    class Broken(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
        def serve(self, examples):
            odd = tf.strings.length(examples) % 2 == 1
            return {"probability": tf.where(odd, float("nan"), 0.5)[:, tf.newaxis]}

    broken = Broken()
    model = trips.artifact(standard_artifacts.Model, tmp_path / "broken")
    folder = f"{model.uri}/Format-Serving"
    tf.saved_model.save(broken, folder, signatures={"serving_default": broken.serve})

    blessing, gates = evaluate(model, taxi.model, {"metric": "auc", "max": 0.99})

    first = next(
        place for place, row in enumerate(taxi.rows[2000:]) if len(trips.serialized(row)) % 2
    )
    assert blessing.get_int_custom_property("blessed") == 0
    reason = blessing.get_string_custom_property("reason")
    assert f"answers are no probabilities, the first nan in row {first}" in reason
    assert gates["overall"]["candidate"]["auc"] is None


def test_no_rows_to_judge_by_refuse_and_say_so(evaluate, taxi, tmp_path):
    examples = trips.examples(tmp_path / "rows", train=taxi.rows[:50], eval=[])

    blessing, gates = evaluate(taxi.model, None, {"metric": "auc", "max": 0.99}, examples=examples)

    assert blessing.get_int_custom_property("blessed") == 0
    assert "there is no row with a label" in blessing.get_string_custom_property("reason")
    assert gates["overall"]["rows"] == 0


def test_groups_that_do_not_get_alike_refuse_and_are_named(evaluate, taxi, tmp_path):
    fairness = {
        "columns": ["payment_type"],
        "thresholds": [0.5],
        "min_rows": 100,
        "max_gap": {"positive_rate": 0.2},
    }

    blessing, gates = evaluate(taxi.model, None, {"metric": "auc", "min": 0.9}, fairness=fairness)

    assert blessing.get_int_custom_property("blessed") == 0
    (reason,) = blessing.get_string_custom_property("reason").splitlines()
    assert reason.startswith("positive_rate_gap@0.5 0.")
    assert "max_gap 0.2, groups of payment_type" in reason
    (refused,) = [gate for gate in gates["gates"] if not gate["passed"]]
    assert 0.2 < refused["low"] < refused["candidate"] < refused["high"]
    (column,) = json.loads((tmp_path / "evaluation" / "fairness.json").read_text())["columns"]
    judged = {group["value"] for group in column["groups"] if group["judged"]}
    assert judged == {"Cash", "Credit Card"}


def test_a_slice_that_nobody_declared_is_found_with_its_rows(evaluate, taxi, tmp_path):
    rows = [
        row | {"tips": row["fare"]}
        if (row["payment_type"], row["trip_start_day"]) == (b"Cash", 6)
        else row
        for row in taxi.rows[2000:]
    ]
    examples = trips.examples(tmp_path / "rows", train=taxi.rows[:50], eval=rows)

    evaluate(taxi.model, None, {"metric": "auc", "max": 0.99}, examples=examples)

    weak = json.loads((tmp_path / "evaluation" / "weak_slices.json").read_text())
    worst = pq.read_table(tmp_path / "evaluation" / "worst_rows.parquet").to_pylist()
    assert weak["slices"][0]["slice"] == "trip_start_day=6, payment_type=Cash"
    assert worst[0]["slices"] == ["trip_start_day=6, payment_type=Cash", "payment_type=Cash"]
    assert (worst[0]["trip_start_day"], worst[0]["tips"]) == (6, worst[0]["fare"])
    answers = pq.read_table(tmp_path / "evaluation" / "answers.parquet")
    assert [name for name in answers.column_names if "column." in name] == ["column.payment_type"]
