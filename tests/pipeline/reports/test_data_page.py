"""The data report, from what the real TFDV says of small tables."""

import html
import re

import numpy as np
import pandas as pd
import pytest
import tensorflow_data_validation as tfdv

from pipeline.reports.data_facts import BINS, column_facts
from pipeline.reports.data_page import DataPage, render
from pipeline.reports.quarantine import Reason
from pipeline.reports.slices import ALL_ROWS, slice_facts

INF = float("inf")
NASTY = "<script>alert('x')</script> & größe"
VERDICT = {
    "findings": [
        {
            "column": "fare",
            "split": "eval",
            "kind": "FLOAT_TYPE_BIG_FLOAT",
            "detail": "values up to 900, the largest allowed is 100,",
            "share": {"low": 0.5, "high": 0.75},
            "severity": "block",
            "note": "meters are new",
            "value": 900.0,
            "threshold": 100.0,
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


def one(columns):
    frame = pd.DataFrame(columns)
    return tfdv.generate_statistics_from_dataframe(frame).datasets[0]


def statistics(**sets):
    return {name: one(columns) for name, columns in sets.items()}


@pytest.fixture(scope="module")
def facts():
    train = {"fare": [1.0, 2.0, 3.0, None], NASTY: ["<b>", "<b>", "y", None], "hour": [1, 2, 3, 4]}
    evaluated = {"fare": [1.0, 900.0], NASTY: ["y", "y"], "hour": [1, 1]}
    return column_facts(statistics(train=train, eval=evaluated), VERDICT)


def page(facts, verdict=VERDICT, reasons=(), run=("run-1", "succeeded", ""), **more):
    figures = {"rows": "6"}
    return render(DataPage("trips", "now", run, "6 rows", figures, facts, verdict, reasons, **more))


def cells(text, heading):
    """What stands in the first table below a heading: cells without markup, row by row."""
    (table,) = re.findall(rf">{heading}</h.>.*?<table>(.*?)</table>", text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [
            html.unescape(re.sub("<[^>]+>", "", cell))
            for cell in re.findall("<t[dh].*?</t[dh]>", row)
        ]
        for row in rows
    ]


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


def test_a_finding_is_told_whole_with_its_figures(facts):
    heads, row = cells(page(facts), "Findings")

    assert heads == ["severity", "column", "what", "share", "measured", "bound", "first seen in"]
    assert row == [
        "block",
        "fareeval rows",
        "values up to 900, the largest allowed is 100, in 50.0\xa0% to 75.0\xa0% of rows "
        "(meters are new)FLOAT_TYPE_BIG_FLOAT",
        "50.0\xa0% to 75.0\xa0%",
        "900",
        "100",
        "trips.csv: line 7: '900'",
    ]


def test_what_is_nearest_to_its_limit_comes_first_then_what_has_none_by_distance(facts):
    sizes = [("far", 0.9, None), ("near", 0.1, None), ("fine", 0.1, 0.5), ("over", 0.3, 0.2)]
    distances = [
        {**VERDICT["distances"][0], "column": column, "value": value, "threshold": limit}
        for column, value, limit in sizes
    ]

    rows = cells(page(facts, {**VERDICT, "distances": distances}), "drift against.*?")[1:]

    assert [row[0] for row in rows] == ["over", "fine", "far", "near"]
    assert rows[0] == ["over", "0.3000", "0.2"]


def test_the_page_tells_what_was_not_checked_and_opens_what_has_findings(facts):
    text = page(facts)

    assert '<span class="block">0.2500</span>' in text
    assert "Not checked: skew (no served rows)." in text
    assert text.count("<details open>") == 1


def test_without_a_verdict_nothing_is_called_fine(facts):
    run = ("run-2", "refused", "ExampleGen: 3 of 6 rows cannot be used")

    text = page(facts, verdict={}, run=run)

    assert "The rows were not validated in this run." in text
    assert "Not checked: drift and skew." in text
    assert "keep the contract" not in text
    assert 'run run-2 <span class="block">refused</span>: ExampleGen: 3 of 6 rows' in text


def test_reasons_of_quarantine_are_told_with_the_first_row(facts):
    text = page(facts, reasons=[Reason("not UTF-8", 1200, "a.csv: line 7: '<b>'")])

    assert cells(text, "Quarantine")[1] == ["not UTF-8", "1,200", "a.csv: line 7: '<b>'"]


def test_each_pair_of_sets_has_a_picture_with_its_legend_and_its_ends():
    ten = [float(i) for i in range(10)]
    columns = {name: {"fare": ten} for name in ("train", "eval", "newest", "previous")}

    text = page(column_facts(statistics(**columns), {}))

    legends = re.findall(r"<figcaption.*?</figcaption>", text, re.DOTALL)
    shown = [re.sub("<[^>]+>", "", legend).split("highest")[0].strip() for legend in legends]
    assert shown == ["■ train ▬ eval", "■ newest ▬ previous"]
    assert text.count('<span class="ends"><span>0</span><span>9</span></span>') == 3
    assert '<figure class="spans">' in text
    assert re.search(r"<title>0 to 0.375: train [\d.]+\xa0%, eval [\d.]+\xa0%</title>", text)


def test_a_column_without_values_says_so_in_place_of_pictures():
    there = {"fare": [1.0, 2.0]}
    none = {"fare": np.array([None, None], dtype=object)}

    text = page(column_facts(statistics(train=there, eval=there, newest=none, previous=none), {}))

    assert '<p class="soft">no values in newest or previous</p>' in text
    assert text.count("<figure") == 1


def test_codes_keep_their_digits():
    tracts = {"tract": [17031081401, 17031839100]}

    text = page(column_facts(statistics(train=tracts), {}))

    assert ["min", "17031081401"] in cells(text, r"Columns \(1\)")
    assert "e+" not in text


@pytest.mark.parametrize(
    ("cells_of_train", "infinite", "ends"),
    [
        ([1.0, 5.0, INF, INF, -INF], 3, (1, 5)),
        ([INF, INF], 2, (0, 0)),
        ([-INF, 2.0], 1, (2, 2)),
        ([1.0, 5.0], 0, (1, 5)),
    ],
)
def test_infinite_values_are_counted_and_what_is_finite_is_drawn(cells_of_train, infinite, ends):
    (column,) = column_facts(statistics(train={"fare": cells_of_train}), {})
    text = page([column])

    assert (column.low, column.high) == ends
    assert column.sides["train"].infinite == infinite
    told = [row for row in cells(text, r"Columns \(1\)") if row[0] == "infinite"]
    assert told == ([["infinite", str(infinite)]] if infinite else [])
    assert "nan" not in text


def test_slices_are_told_with_their_rows_label_and_gaps():
    rows = 40
    paid = {
        "tips": [1.0] * rows + [3.0] * rows,
        "kind": ["a_b"] * rows + ["<c>"] * rows,
        "tract": [5.0] * rows + [None] * rows,
        "hour": [7] * (2 * rows),
    }
    train = {ALL_ROWS: paid, **sliced(paid, "kind"), "hour_7_kind_<c>": last(paid, 3)}
    splits = {
        "train": {name: one(frame) for name, frame in train.items()},
        "eval": {ALL_ROWS: one(paid), "kind_<c>": one(last(paid, 2))},
    }

    slices = slice_facts(splits, [["kind"], ["hour"], ["kind", "hour"]], "tips", None)
    text = page([], slices=slices, label="mean tips")

    assert cells(text, r"kind \(2\)") == [
        ["kind", "train rows", "eval rows", "mean tips", "missing more often"],
        ["<c>", "40", "2", "3", "tract 100.0\xa0% (all rows 50.0\xa0%)"],
        ["a_b", "40", "0", "1", ""],
    ]
    # Of three rows a gap says nothing.
    assert cells(text, r"kind and hour \(1\)")[1] == ["<c>", "7", "3", "0", "3", ""]
    assert slices["hour",] == []


def test_of_a_label_of_text_the_share_of_its_positive_value_is_told():
    rows = {"left": ["yes", "no", "no", "no"], "kind": ["a"] * 4}
    splits = {"train": {ALL_ROWS: one(rows), "kind_a": one(rows)}}

    found = slice_facts(splits, [["kind"]], "left", "yes")

    assert found["kind",][0].label == 0.25


def sliced(columns, by):
    """TFDV's name of each slice, to its rows."""
    frame = pd.DataFrame(columns)
    return {f"{by}_{value}": part.to_dict("list") for value, part in frame.groupby(by)}


def last(columns, rows):
    return {name: column[-rows:] for name, column in columns.items()}
