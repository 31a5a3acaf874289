"""What TFX's nodes and TFMA's readers find of an evaluation."""

import json
from pathlib import Path

import pytest
import tensorflow_model_analysis as tfma
from tfx.types import standard_artifacts

from components.evaluator.blessing import bless
from components.evaluator.eval_config import eval_config
from components.evaluator.measured import Estimate, Measured
from components.evaluator.options import EvaluatorOptions
from components.evaluator.tfma_files import write_tfma_files

GATE = {"metric": "auc", "min": 0.7}
KINDS = {"hour": "int", "fare": "float", "company": "bytes"}
MEASUREMENTS = {
    (): Measured(9, {"auc": Estimate(candidate=0.75, baseline=0.5)}),
    (("company", "Blue"), ("hour", "7")): Measured(4, {"auc": Estimate(candidate=0.6)}),
    (("fare", "2.5"),): Measured(3, {"auc": Estimate(candidate=0.7)}),
}


def model(number):
    made = standard_artifacts.Model()
    made.uri, made.id = f"/models/{number}", number
    return made


@pytest.fixture
def blessed(tmp_path):
    """Returns a function that gives the blessing of model 5."""

    def blessed(is_blessed, baseline=None, component_id="Evaluator"):
        blessing = standard_artifacts.ModelBlessing()
        blessing.uri = str(tmp_path / "blessing")
        bless(blessing, is_blessed, model=model(5), baseline=baseline, component_id=component_id)
        return blessing

    return blessed


@pytest.mark.parametrize(("verdict", "file"), [(True, "BLESSED"), (False, "NOT_BLESSED")])
def test_the_verdict_is_a_property_and_a_file(blessed, verdict, file):
    blessing = blessed(verdict)

    assert blessing.get_int_custom_property("blessed") == int(verdict)
    assert [path.name for path in Path(blessing.uri).iterdir()] == [file]


def test_a_blessing_says_which_models_it_is_about_and_who_gave_it(blessed):
    blessing = blessed(True, baseline=model(4))

    assert blessing.get_string_custom_property("current_model") == "/models/5"
    assert blessing.get_int_custom_property("current_model_id") == 5
    assert blessing.get_string_custom_property("baseline_model") == "/models/4"
    assert blessing.get_int_custom_property("baseline_model_id") == 4
    assert blessing.get_string_custom_property("component_id") == "Evaluator"


def test_without_a_stable_model_and_a_node_none_is_named(blessed):
    blessing = blessed(True, component_id=None)

    for name in ("baseline_model", "baseline_model_id", "component_id"):
        assert not blessing.has_custom_property(name)


@pytest.fixture
def written(tmp_path):
    """Returns a function that writes what was measured, as a gate judges it; gives the folder."""

    def written(gate=GATE, has_baseline=True):
        options = EvaluatorOptions.from_json(
            json.dumps(
                {
                    "task": "binary",
                    "label": {"column": "tips"},
                    "slices": [["company", "hour"], ["fare"]],
                    "gates": [gate],
                }
            )
        )
        names = (tfma.CANDIDATE_KEY, tfma.BASELINE_KEY) if has_baseline else ("",)
        write_tfma_files(
            tmp_path,
            eval_config(options, has_baseline=has_baseline),
            MEASUREMENTS,
            kinds=KINDS,
            data="/rows",
            models={name: f"/models/{name}" for name in names},
        )
        return str(tmp_path)

    return written


def metrics(folder, model=None):
    """By slice, the number of each metric."""
    found = tfma.load_eval_result(folder, model_name=model).slicing_metrics
    return {
        key: {name: value.get("doubleValue") for name, value in told[""][""].items()}
        for key, told in found
    }


def test_slices_have_the_types_of_their_columns(written):
    assert list(metrics(written(), tfma.CANDIDATE_KEY)) == [
        (),
        (("company", "Blue"), ("hour", 7)),
        (("fare", 2.5),),
    ]


def test_both_models_and_what_changed_are_there(written):
    folder = written()

    candidate, stable = (
        metrics(folder, name)[()] for name in (tfma.CANDIDATE_KEY, tfma.BASELINE_KEY)
    )
    assert (candidate["rows"], stable["rows"]) == (9, 9)
    assert (candidate["auc"], stable["auc"]) == (0.75, 0.5)
    changes = [
        entry.value.double_value.value
        for told in tfma.load_metrics(folder)
        for entry in told.metric_keys_and_values
        if not told.slice_key.single_slice_keys and entry.key.is_diff
    ]
    assert changes == [0.25]


def test_a_single_model_has_no_name(written):
    folder = written(has_baseline=False)

    assert metrics(folder)[()] == {"rows": 9, "auc": 0.75}


@pytest.mark.parametrize(
    ("gate", "is_ok"),
    [
        (GATE, True),
        ({"metric": "auc", "min": 0.8}, False),
        ({"metric": "auc", "min_change": 0.2}, True),
        ({"metric": "auc", "min_change": 0.3}, False),
    ],
)
def test_tfma_judges_the_overall_gates_as_we_do(written, gate, is_ok):
    verdict = tfma.load_validation_result(written(gate))

    assert verdict.validation_ok is is_ok
    assert not verdict.rubber_stamp


def test_what_was_compared_with_nothing_is_marked_so(written):
    verdict = tfma.load_validation_result(written(has_baseline=False))

    assert verdict.validation_ok
    assert verdict.rubber_stamp


def test_what_was_evaluated_is_named(written):
    result = tfma.load_eval_result(written(), model_name=tfma.CANDIDATE_KEY)

    assert result.data_location == "/rows"
    assert result.model_location == f"/models/{tfma.CANDIDATE_KEY}"
