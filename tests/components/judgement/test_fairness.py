"""Rates of the groups of a sensitive column."""

import pytest

from components.judgement.fairness import MOST_GROUPS, plain
from tests.components.judgement.groups import column_of

FAIR = (10, 90, 20, 80)


def test_rates_by_group():
    column = column_of({"F": (10, 90, 20, 80), "M": (40, 60, 20, 30)})

    rates = {gap.rate: dict(gap.by_group) for gap in column.gaps}
    assert rates == {
        "fpr": {"F": 0.1, "M": 0.4},
        "fnr": {"F": 0.2, "M": 0.4},
        "positive_rate": {"F": 0.45, "M": pytest.approx(70 / 150)},
    }
    gaps = {gap.rate: gap.gap.value for gap in column.gaps}
    assert gaps == pytest.approx({"fpr": 0.3, "fnr": 0.2, "positive_rate": 70 / 150 - 0.45})


def test_the_threshold_itself_is_not_positive():
    column = column_of({"F": FAIR, "M": FAIR}, thresholds=(0.29, 0.3, 0.7))

    called = [g.by_group["F"] for g in column.gaps if g.rate == "positive_rate"]
    assert called == [1.0, 0.45, 0.0]


def test_small_groups_are_listed_and_not_judged():
    column = column_of({"F": FAIR, "M": FAIR, "X": (5, 5, 5, 5)})

    assert [(g.value, g.rows, g.is_judged) for g in column.groups] == [
        ("F", 200, True),
        ("M", 200, True),
        ("X", 20, False),
    ]
    assert set(column.groups[2].why_not.values()) == {"fewer than 50 rows"}
    assert all(set(gap.by_group) == {"F", "M"} for gap in column.gaps)


def test_without_negatives_only_what_needs_them_is_not_judged():
    column = column_of({"F": FAIR, "M": FAIR, "X": (0, 0, 50, 50)})

    judged = {gap.rate: list(gap.by_group) for gap in column.gaps}
    assert judged == {
        "fpr": ["F", "M"],
        "fnr": ["F", "M", "X"],
        "positive_rate": ["F", "M", "X"],
    }
    (group,) = plain([column])["columns"][0]["groups"][2:]
    assert group == {
        "value": "X",
        "rows": 100,
        "judged": True,
        "why_not": "fpr: no negatives, at least 10 are needed",
    }


def test_one_judged_group_has_no_gap():
    column = column_of({"F": FAIR, "X": (5, 5, 5, 5)})

    assert [gap.gap for gap in column.gaps] == [None, None, None]


def test_beyond_the_largest_groups_the_rest_is_listed():
    groups = {f"g{place:02}": FAIR for place in range(MOST_GROUPS)}
    column = column_of({"small": (10, 20, 10, 20), **groups})

    assert len(column.gaps[0].by_group) == MOST_GROUPS
    assert not column.groups[0].is_judged
    assert set(column.groups[0].why_not.values()) == {"only the 50 largest groups are judged"}


def test_groups_without_any_row_are_not_there():
    assert [group.value for group in column_of({"F": FAIR, "M": (0, 0, 0, 0)}).groups] == ["F"]


def test_plain_values_are_those_of_the_file():
    column = column_of({"F": (10, 90, 20, 80), "M": (40, 60, 20, 30), "X": (1, 1, 1, 1)})

    (written,) = plain([column])["columns"]

    assert written["column"] == "sex"
    assert written["groups"] == [
        {"value": "F", "rows": 200, "judged": True},
        {"value": "M", "rows": 150, "judged": True},
        {"value": "X", "rows": 4, "judged": False, "why_not": "fewer than 50 rows"},
    ]
    (threshold,) = written["thresholds"]
    assert threshold["threshold"] == 0.5
    assert threshold["metrics"]["fpr"]["by_group"] == {"F": 0.1, "M": 0.4}
    assert threshold["metrics"]["fpr"].keys() == {"by_group", "gap", "low", "high"}
