"""The gates, on measured values that need no model."""

import json
import math
import subprocess
import sys

import pytest

from components.errors import ComponentError
from components.evaluator.judging import Measured, brief, judge
from components.evaluator.options import EvaluatorOptions

LABEL = {"column": "tips", "share": 0.2, "of": "fare"}
CASH = (("payment_type", "Cash"),)
CARD = (("payment_type", "Card"),)


def options(*gates, task="binary", slices=(("payment_type",),)):
    plain = {"task": task, "label": LABEL, "slices": slices, "gates": gates}
    return EvaluatorOptions.from_json(json.dumps(plain))


def measured(metric="auc", *, rows=1000, **by_slice):
    slices = {"overall": (), "cash": CASH, "card": CARD}
    return {slices[name]: Measured(rows, {metric: value}) for name, value in by_slice.items()}


@pytest.mark.parametrize(
    ("gate", "value", "stable", "passed"),
    [
        ({"min": 0.9}, 0.91, None, True),
        ({"min": 0.9}, 0.9, None, True),  # a bound passes when equal
        ({"min": 0.9}, 0.89, None, False),
        ({"max": 0.99}, 0.995, None, False),  # too good is a leak
        ({"min_change": -0.01}, 0.90, 0.905, True),
        ({"min_change": -0.01}, 0.89, 0.905, False),
        ({"min_change": 0.0}, 0.90, 0.90, True),
        ({"min_change": 0.0}, 0.10, None, True),  # without a stable model there is no change
    ],
)
def test_a_gate_holds_the_overall_value_to_its_bound(gate, value, stable, passed):
    baseline = None if stable is None else measured(overall=stable)

    (finding,) = judge(options({"metric": "auc"} | gate), measured(overall=value), baseline)

    assert finding.passed is passed


def test_a_loss_that_falls_is_an_improvement():
    gate = options({"metric": "loss", "min_change": 0.01})

    (better,) = judge(gate, measured("loss", overall=0.20), measured("loss", overall=0.25))
    (worse,) = judge(gate, measured("loss", overall=0.25), measured("loss", overall=0.20))

    assert (better.passed, worse.passed) == (True, False)


def test_every_bound_of_a_gate_is_held():
    gate = options({"metric": "auc", "min": 0.5, "max": 0.8, "min_change": 0.1})

    findings = judge(gate, measured(overall=0.9), measured(overall=0.85))

    assert [(f.bound, f.passed) for f in findings] == [
        ("min", True),
        ("max", False),
        ("min_change", False),
    ]


def test_no_baseline_is_said_aloud():
    (finding,) = judge(options({"metric": "auc", "min_change": 0}), measured(overall=0.9), None)

    assert str(finding) == ("auc 0.9000, min_change 0, overall, 1000 rows: passed (no baseline)")


@pytest.mark.parametrize(
    ("stable", "words"),
    [
        (None, "auc 0.9000 (min 0.8; no baseline); 2 bounds on slices"),
        (0.85, "auc 0.9000 (min 0.8; stable model 0.8500, min_change 0.01); 2 bounds on slices"),
    ],
)
def test_the_findings_in_brief_are_one_line(stable, words):
    gates = options(
        {"metric": "auc", "min": 0.8, "min_change": 0.01},
        {"metric": "auc", "min": 0.5, "scope": "every slice"},
    )
    baseline = None if stable is None else measured(overall=stable)

    findings = judge(gates, measured(overall=0.9, cash=0.9, card=0.9), baseline)

    assert brief(findings) == words


@pytest.mark.parametrize("bound", ["min", "max", "min_change"])
def test_an_undefined_metric_refuses(bound):
    baseline = measured(overall=0.5)

    (finding,) = judge(options({"metric": "auc", bound: 0}), measured(overall=math.nan), baseline)

    assert not finding.passed
    assert finding.candidate is None
    assert str(finding).endswith("refused (auc is undefined on these rows)")


def test_an_undefined_stable_model_refuses_rather_than_compares():
    (finding,) = judge(
        options({"metric": "auc", "min_change": 0}),
        measured(overall=0.9),
        measured(overall=math.nan),
    )

    assert not finding.passed


def test_no_rows_refuse():
    (finding,) = judge(options({"metric": "auc", "min": 0}), {}, None)

    assert not finding.passed
    assert finding.note == "needs 1 rows"


def test_a_good_average_with_a_bad_slice_is_refused():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice"})

    findings = judge(gate, measured(overall=0.95, cash=0.97, card=0.6), None)

    assert [(f.slice, f.passed) for f in findings] == [
        ("payment_type=Card", False),
        ("payment_type=Cash", True),
    ]


def test_a_tiny_slice_refuses_nobody():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice", "min_rows": 100})
    tiny = measured(rows=99, card=0.1)

    findings = judge(gate, measured(overall=0.9, cash=0.9) | tiny, None)

    assert [finding.slice for finding in findings] == ["payment_type=Cash"]


def test_a_gate_on_slices_that_are_all_too_small_refuses():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice", "min_rows": 5000})

    (finding,) = judge(gate, measured(overall=0.9, cash=0.9), None)

    assert not finding.passed
    assert finding.note == "no slice has 5000 rows"


def test_a_gate_can_be_about_one_slice():
    gate = options({"metric": "auc", "min": 0.8, "scope": {"payment_type": "Card"}})

    (finding,) = judge(gate, measured(overall=0.9, cash=0.1, card=0.9), None)

    assert (finding.slice, finding.passed) == ("payment_type=Card", True)


def test_a_slice_that_no_row_is_in_refuses():
    gate = options({"metric": "auc", "min": 0.8, "scope": {"payment_type": "Shells"}})

    (finding,) = judge(gate, measured(overall=0.9), None)

    assert (finding.rows, finding.passed) == (0, False)


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ([], "no gate is set, so no model could be refused"),
        ([{"metric": "auc"}], "gate on 'auc' bounds nothing; set min, max or min_change"),
        ([{"metric": "aux", "min": 1}], "'aux' is no metric of a binary task; it has: auc, acc"),
        ([{"metric": "auc", "min": 1, "scope": "all"}], "scope 'all' is neither 'overall'"),
    ],
)
def test_gates_that_make_no_sense_are_refused(gates, message):
    with pytest.raises(ComponentError, match=message):
        options(*gates)


def test_a_gate_on_slices_needs_slices():
    with pytest.raises(ComponentError, match="about every slice, but no slices are set"):
        options({"metric": "auc", "min": 1, "scope": "every slice"}, slices=())


def test_options_survive_the_crossing():
    made = options({"metric": "auc", "min": 0.8, "scope": {"hour": 3}, "min_rows": 7})

    assert EvaluatorOptions.from_json(made.to_json()) == made


def test_judging_needs_no_tensorflow():
    code = (
        "import sys, components.evaluator.judging, components.training.options; "
        "print(sorted({'tensorflow', 'tfx', 'apache_beam'} & set(sys.modules)))"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
