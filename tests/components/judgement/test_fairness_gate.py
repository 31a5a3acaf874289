"""Gaps between groups, held to their bounds."""

from components.evaluator.fairness_gate import judge_gaps
from components.judgement.options import FairnessOptions
from tests.components.judgement.groups import column_of

FAIR = (10, 90, 20, 80)
UNFAIR = (60, 40, 20, 80)


def findings(groups, *, thresholds=(0.5,), **max_gap):
    options = FairnessOptions(columns=("sex",), thresholds=thresholds, max_gap=max_gap)
    return judge_gaps(options, [column_of(groups, thresholds=thresholds)])


def test_a_gap_above_its_bound_for_sure_refuses_and_says_which_groups():
    (finding,) = findings({"F": FAIR, "M": UNFAIR}, fpr=0.2)

    assert not finding.passed
    assert (finding.metric, finding.bound, finding.limit) == ("fpr_gap@0.5", "max_gap", 0.2)
    assert (finding.candidate, finding.rows) == (0.5, 400)
    assert 0.2 < finding.low < 0.5 < finding.high
    assert finding.note == "M 0.6000 against F 0.1000"
    assert str(finding) == (
        f"fpr_gap@0.5 0.5000 [{finding.low:.4f}, {finding.high:.4f}], max_gap 0.2, "
        "groups of sex, 400 rows: refused (M 0.6000 against F 0.1000)"
    )


def test_a_gap_that_may_be_noise_refuses_nobody():
    (finding,) = findings({"F": (10, 90, 20, 80), "M": (18, 82, 20, 80)}, fpr=0.05)

    assert finding.passed
    assert finding.candidate > 0.05
    assert finding.note == "M 0.1800 against F 0.1000; by chance it may keep it"


def test_a_refusal_names_the_groups_that_are_surest_to_be_apart():
    tiny = {"X": (10, 0, 10, 40)}

    (finding,) = findings({"F": (100, 900, 20, 80), "M": (900, 100, 20, 80)} | tiny, fpr=0.2)

    assert (finding.passed, finding.candidate) == (False, 0.9)
    assert finding.note == "M 0.9000 against F 0.1000"


def test_a_gap_within_its_bound_passes():
    (finding,) = findings({"F": FAIR, "M": FAIR}, fpr=0.05)

    assert finding.passed
    assert "chance" not in finding.note


def test_every_bounded_rate_is_held_at_every_threshold():
    found = findings({"F": FAIR, "M": UNFAIR}, thresholds=(0.5, 0.6), fpr=0.2, fnr=0.2)

    assert [(each.metric, each.passed) for each in found] == [
        ("fpr_gap@0.5", False),
        ("fnr_gap@0.5", True),
        ("fpr_gap@0.6", False),
        ("fnr_gap@0.6", True),
    ]


def test_without_a_bound_nothing_is_held():
    assert findings({"F": FAIR, "M": UNFAIR}) == []


def test_fewer_than_two_judged_groups_refuse_once_and_say_so():
    groups = {"F": FAIR, **{f"X{place}": (1, 1, 1, 1) for place in range(5)}}

    (finding,) = findings(groups, thresholds=(0.25, 0.5), fpr=0.2)

    assert not finding.passed
    assert finding.candidate is None
    assert finding.note == (
        "needs two groups to compare, judged: F; not judged: X0 (fewer than 50 rows), "
        "X1 (fewer than 50 rows), X2 (fewer than 50 rows) and 2 more"
    )
