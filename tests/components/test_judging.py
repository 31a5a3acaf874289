"""The gates, on measured values that need no model."""

import json
import math
import subprocess
import sys

import pytest

from components.errors import ComponentError
from components.evaluator.finding import brief
from components.evaluator.judging import judge
from components.evaluator.measured import Estimate, Measured
from components.evaluator.options import EvaluatorOptions

LABEL = {"column": "tips", "share": 0.2, "of": "fare"}
CASH = (("payment_type", "Cash"),)
CARD = (("payment_type", "Card"),)


def options(*gates, task="binary", slices=(("payment_type",),)):
    plain = {"task": task, "label": LABEL, "slices": slices, "gates": gates}
    return EvaluatorOptions.from_json(json.dumps(plain))


def measured(metric="auc", *, rows=1000, noise=0.01, stable=None, trivial=0.5, **by_slice):
    """Each slice by its candidate's value, or by the candidate's and the stable model's."""
    slices = {"overall": (), "cash": CASH, "card": CARD}
    return {
        slices[name]: Measured(rows, {metric: estimate(metric, value, stable, noise, trivial)})
        for name, value in by_slice.items()
    }


def estimate(metric, value, stable=None, noise=0.01, trivial=0.5):
    known = {"candidate": value, "low": value - noise, "high": value + noise, "trivial": trivial}
    if stable is not None:
        change = stable - value if metric == "loss" else value - stable
        known |= {"baseline": stable, "change": change}
        known |= {"change_low": change - noise, "change_high": change + noise}
    return Estimate(**known)


def held(gate, measurements, *, has_baseline=False):
    """What came of the gates alone; whether anything was learnt has tests of its own."""
    findings = judge(gate, measurements, has_baseline=has_baseline)
    return [finding for finding in findings if finding.bound != "trivial"]


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
    (finding,) = held(
        options({"metric": "auc"} | gate),
        measured(overall=value, stable=stable),
        has_baseline=stable is not None,
    )

    assert finding.passed is passed


def test_a_loss_that_falls_is_an_improvement():
    gate = options({"metric": "loss", "min_change": 0.01})

    (better,) = held(gate, measured("loss", overall=0.20, stable=0.25), has_baseline=True)
    (worse,) = held(gate, measured("loss", overall=0.25, stable=0.20), has_baseline=True)

    assert (better.passed, worse.passed) == (True, False)


def test_every_bound_of_a_gate_is_held():
    gate = options({"metric": "auc", "min": 0.5, "max": 0.8, "min_change": 0.1})

    findings = held(gate, measured(overall=0.9, stable=0.85), has_baseline=True)

    assert [(f.bound, f.passed) for f in findings] == [
        ("min", True),
        ("max", False),
        ("min_change", False),
    ]


def test_no_baseline_is_said_aloud():
    (finding,) = held(options({"metric": "auc", "min_change": 0}), measured(overall=0.9))

    assert str(finding) == (
        "auc 0.9000 [0.8900, 0.9100], min_change 0, overall, 1000 rows: passed (no baseline)"
    )


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
    known = stable is not None
    measurements = measured(overall=0.9, cash=0.9, card=0.9, stable=stable)

    findings = held(gates, measurements, has_baseline=known)

    assert brief(findings, has_baseline=known) == words


def test_the_findings_in_brief_say_that_nothing_was_compared_though_no_gate_asked():
    findings = judge(
        options({"metric": "auc", "min": 0.8}),
        {(): Measured(9, {"auc": estimate("auc", 0.9), "loss": estimate("loss", 0.2)})},
        has_baseline=False,
    )

    assert brief(findings, has_baseline=False) == (
        "auc 0.9000 (min 0.8); loss 0.2000 (trivial model 0.5000); no baseline to compare with"
    )


@pytest.mark.parametrize("bound", ["min", "max", "min_change"])
def test_an_undefined_metric_refuses(bound):
    gate = options({"metric": "auc", bound: 0})

    (finding,) = held(gate, measured(overall=math.nan, stable=0.5), has_baseline=True)

    assert not finding.passed
    assert finding.candidate is None
    assert str(finding).endswith(
        "refused (auc is undefined on these rows: it needs rows of both classes)"
    )


def test_an_undefined_stable_model_refuses_rather_than_compares():
    gate = options({"metric": "auc", "min_change": 0})

    (finding,) = held(gate, measured(overall=0.9, stable=math.nan), has_baseline=True)

    assert not finding.passed


def test_no_rows_refuse():
    (finding,) = held(options({"metric": "auc", "min": 0}), {})

    assert not finding.passed
    assert finding.note == "needs 1 rows"


def test_a_good_average_with_a_bad_slice_is_refused():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice"})

    findings = held(gate, measured(overall=0.95, cash=0.97, card=0.6))

    assert [(f.slice, f.passed) for f in findings] == [
        ("payment_type=Card", False),
        ("payment_type=Cash", True),
    ]
    assert findings[0].note == "even the friendlier end of the 95 % interval misses it"


@pytest.mark.parametrize(
    ("gate", "value", "stable"),
    [
        ({"min": 0.8}, 0.75, None),
        ({"max": 0.8}, 0.85, None),
        ({"min_change": -0.01}, 0.75, 0.8),
    ],
)
@pytest.mark.parametrize(("noise", "passed"), [(0.06, True), (0.03, False)])
def test_a_slice_is_refused_only_where_chance_cannot_explain_it(gate, value, stable, noise, passed):
    gate = options({"metric": "auc", "scope": {"payment_type": "Card"}} | gate)
    measurements = measured(card=value, stable=stable, noise=noise)

    (finding,) = held(gate, measurements, has_baseline=stable is not None)

    assert finding.passed is passed
    assert "95 % interval" in finding.note


def test_chance_excuses_nobody_on_all_rows():
    gate = options({"metric": "auc", "min": 0.8})

    (finding,) = held(gate, measured(overall=0.79, noise=0.1))

    assert not finding.passed


def test_a_slice_of_which_chance_is_not_known_refuses_nobody():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice"})

    (finding,) = held(gate, measured(card=0.1, noise=math.nan))

    assert finding.passed
    assert finding.note == "too few rows to tell it from chance"


def test_a_tiny_slice_refuses_nobody():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice", "min_rows": 100})
    tiny = measured(rows=99, card=0.1)

    findings = held(gate, measured(overall=0.9, cash=0.9) | tiny)

    assert [finding.slice for finding in findings] == ["payment_type=Cash"]


def test_a_gate_on_slices_that_are_all_too_small_refuses():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice", "min_rows": 5000})

    (finding,) = held(gate, measured(overall=0.9, cash=0.9))

    assert not finding.passed
    assert finding.note == "no slice has 5000 rows, so it could refuse no model"


def test_a_slice_whose_labels_leave_a_metric_undefined_is_passed_over():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice"})
    no_tips = measured(cash=math.nan, trivial=math.nan)

    findings = held(gate, measured(card=0.9) | no_tips)

    assert [(finding.slice, finding.passed) for finding in findings] == [
        ("payment_type=Card", True)
    ]


def test_a_gate_that_is_undefined_in_every_slice_refuses():
    gate = options({"metric": "auc", "min": 0.8, "scope": "every slice"})

    (finding,) = held(gate, measured(cash=math.nan, trivial=math.nan))

    assert not finding.passed
    assert finding.note.endswith("it needs rows of both classes, in every slice")


def test_a_model_cannot_hide_a_slice_by_making_a_metric_undefined():
    gate = options({"metric": "precision", "min": 0.5, "scope": "every slice"})

    silent = measured("precision", cash=math.nan, trivial=math.nan)

    findings = held(gate, measured("precision", card=0.9) | silent)

    assert [(f.slice, f.passed) for f in findings] == [
        ("payment_type=Card", True),
        ("payment_type=Cash", False),
    ]


def test_a_change_that_no_model_could_miss_refuses():
    gate = options({"metric": "auc", "min_change": -0.95})

    (finding,) = held(gate, measured(overall=0.9, stable=0.93), has_baseline=True)

    assert not finding.passed
    assert finding.note == "no model could miss it: auc is never below 0"


def test_a_gate_can_be_about_one_slice():
    gate = options({"metric": "auc", "min": 0.8, "scope": {"payment_type": "Card"}})

    (finding,) = held(gate, measured(overall=0.9, cash=0.1, card=0.9))

    assert (finding.slice, finding.passed) == ("payment_type=Card", True)


def test_a_slice_that_no_row_is_in_refuses():
    gate = options({"metric": "auc", "min": 0.8, "scope": {"payment_type": "Shells"}})

    (finding,) = held(gate, measured(overall=0.9))

    assert (finding.rows, finding.passed) == (0, False)


@pytest.mark.parametrize(
    ("loss", "trivial", "passed", "words"),
    [
        (0.4, 0.5, True, "passed"),
        (0.5, 0.5, False, "refused (it answers no better than always the same)"),
        (0.4, math.nan, False, "refused (the trivial model is not known: no training row has"),
        (math.nan, 0.5, False, "refused (loss is undefined on these rows)"),
    ],
)
def test_a_model_must_beat_the_trivial_one_though_no_gate_says_so(loss, trivial, passed, words):
    found = {(): Measured(9, {"loss": estimate("loss", loss, trivial=trivial)})}

    finding = judge(options({"metric": "auc", "min": 0.8}), found, has_baseline=False)[-1]

    assert (finding.bound, finding.passed) == ("trivial", passed)
    assert words in str(finding)


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ([], "no gate is set, so no model could be refused"),
        ([{"metric": "auc"}], "gate on 'auc' bounds nothing; set min, max or min_change"),
        ([{"metric": "aux", "min": 1}], "'aux' is no metric of a binary task; it has: auc, auc_pr"),
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
