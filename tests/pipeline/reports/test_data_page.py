"""The data report, from what the real TFDV says of small tables."""

import re

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv

from pipeline.reports.data_facts import BINS, column_facts
from pipeline.reports.data_page import DataPage, render

NASTY = "<script>alert('x')</script> & größe"
VERDICT = {
    "findings": [
        {
            "column": "fare",
            "split": "eval",
            "kind": "FLOAT_TYPE_BIG_FLOAT",
            "detail": "values up to 900, the largest allowed is 100,",
            "severity": "block",
            "note": "",
            "rows": [{"path": "/data/trips.csv", "line": 7, "row": None, "value": "900"}],
        }
    ],
    "distances": [
        {
            "column": "fare",
            "kind": "drift",
            "measure": "jensen_shannon",
            "value": 0.25,
            "threshold": 0.1,
            "baseline": "span 2024-02",
        },
        {
            "column": NASTY,
            "kind": "drift",
            "measure": "l_infinity",
            "value": 0.01,
            "threshold": None,
            "baseline": "span 2024-02",
        },
    ],
    "not_checked": ["skew (no served rows)"],
}


@pytest.fixture(scope="module")
def facts():
    train = {"fare": [1.0, 2.0, 3.0, None], NASTY: ["<b>", "<b>", "y", None], "hour": [1, 2, 3, 4]}
    evaluated = {"fare": [1.0, 900.0], NASTY: ["y", "y"], "hour": [1, 1]}
    sets = {
        name: tfdv.generate_statistics_from_dataframe(pd.DataFrame(columns)).datasets[0]
        for name, columns in (("train", train), ("eval", evaluated))
    }
    return column_facts(sets, VERDICT)


def page(facts, verdict=VERDICT, reasons=None):
    figures = {"rows": "6"}
    return render(DataPage("trips", "now", "6 rows", figures, facts, verdict, reasons or {}))


def test_columns_with_findings_come_first(facts):
    assert [column.name for column in facts] == ["fare", NASTY, "hour"]
    assert facts[0].severity == "block"


def test_both_sets_are_in_the_same_bins(facts):
    train, evaluated = (facts[0].sides[name].bins for name in ("train", "eval"))

    assert (facts[0].low, facts[0].high) == (1, 900)
    assert len(train) == len(evaluated) == BINS
    assert train[0] == pytest.approx(1)
    assert sum(evaluated) == pytest.approx(1)
    assert evaluated[-1] > train[-1] == 0


def test_shares_are_of_all_rows(facts):
    train = facts[1].sides["train"]

    assert train.missing == 0.25
    assert dict(train.top) == {"<b>": 0.5, "y": 0.25}
    assert facts[0].sides["train"].numbers["median"] == 2


def test_nothing_is_fetched_and_no_value_becomes_markup(facts):
    text = page(facts)

    assert not re.search(r"(src|href|@import|url\()", text)
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; größe" in text


def test_the_page_tells_findings_distances_and_what_was_not_checked(facts):
    text = page(facts)

    assert "trips.csv: line 7: &#x27;900&#x27;" in text
    assert '<span class="block">0.2500</span></td><td class="number">0.1</td>' in text
    assert "Not checked: skew (no served rows)." in text
    assert text.count("<details open>") == 1


def test_without_a_verdict_nothing_is_called_fine(facts):
    text = page(facts, verdict={})

    assert "not validated yet" in text
    assert "Not checked: drift and skew." in text
    assert "keep the contract" not in text


def test_the_commonest_reasons_of_quarantine_are_told(facts):
    text = page(facts, reasons={"too few cells": 3, "not UTF-8": 12})

    assert text.index("not UTF-8") < text.index("too few cells")
