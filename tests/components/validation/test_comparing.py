"""Rows against those of the span before and those that were served, up to DataGate's verdict."""

import re

import pytest

from components.example_gen.report import Report
from tests.components.validation.judging import ROWS, SCHEMA, Judge, table


def spans(newest, previous):
    return {"newest": newest, "previous": previous}


MOVING = SCHEMA.replace(
    'domain: "payment" }',
    'domain: "payment" drift_comparator { infinity_norm { threshold: 0.1 } } }',
).replace(
    "float_domain { min: 0 max: 100 } }",
    "float_domain { min: 0 max: 100 }\n"
    "  drift_comparator { jensen_shannon_divergence { threshold: 0.1 } }"
    "  skew_comparator { jensen_shannon_divergence { threshold: 0.2 } } }",
)
FARES = [float(i % 50) for i in range(ROWS)]


def test_the_same_rows_have_not_moved_and_every_distance_is_recorded(tmp_path):
    judge = Judge(tmp_path, MOVING)
    rows = table(fare=FARES)

    summary = judge(train=rows, reference=spans(rows, rows))

    measured = {entry["column"]: entry for entry in judge.report["distances"]}
    assert judge.report["findings"] == []
    assert {name: entry["value"] for name, entry in measured.items()} == {
        "payment_type": 0,
        "fare": 0,
        "hour": 0,
        "tract": 0,
    }
    assert measured["hour"]["threshold"] is None
    assert measured["fare"] == {
        "column": "fare",
        "kind": "drift",
        "measure": "jensen_shannon",
        "value": 0.0,
        "threshold": 0.1,
        "baseline": "span 2024-02",
    }
    assert summary == (
        "no findings; drift: 4 columns, most 'fare' 0.000 of at most 0.1; "
        "not checked: skew (no served rows)"
    )


def test_rows_that_moved_are_refused_with_distance_and_threshold(tmp_path):
    judge = Judge(tmp_path, MOVING)
    payments = ["Cash"] * 700 + ["Credit Card"] * 300
    newest = table(fare=[fare + 40 for fare in FARES], payment_type=payments)

    lines = judge.refusal(train=newest, reference=spans(newest, table(fare=FARES)))

    assert lines[0] == "2 findings stop the run (fare, payment_type)"
    assert re.fullmatch(
        r"column 'fare', split 'newest': drift of 0\.[6-9]\d* \(jensen-shannon\) against "
        r"span 2024-02, at most 0\.1",
        lines[1],
    )
    assert lines[2] == (
        "column 'payment_type', split 'newest': drift of 0.3000 (l-infinity) against "
        "span 2024-02, at most 0.1"
    )
    (fare, payment) = judge.report["findings"]
    assert (payment["kind"], payment["value"], payment["threshold"]) == (
        "DRIFT",
        pytest.approx(0.3),
        0.1,
    )
    assert fare["kind"] == "DRIFT"


def test_a_small_move_passes_and_is_recorded(tmp_path):
    judge = Judge(tmp_path, MOVING)
    newest = table(payment_type=["Cash"] * 950 + ["Credit Card"] * 50)

    judge(train=newest, reference=spans(newest, table()))

    measured = {entry["column"]: entry["value"] for entry in judge.report["distances"]}
    assert measured["payment_type"] == pytest.approx(0.05)


def test_drift_of_a_column_that_only_warns_passes_and_is_named(tmp_path):
    judge = Judge(tmp_path, MOVING)
    newest = table(payment_type=["Credit Card"] * ROWS)

    summary = judge(
        train=newest, reference=spans(newest, table()), severities={"payment_type": "warn"}
    )

    assert "\nwarning: column 'payment_type', split 'newest': drift of 1.0000" in summary


def test_training_rows_that_differ_from_served_ones_are_refused(tmp_path):
    judge = Judge(tmp_path, MOVING)

    lines = judge.refusal(
        train=table(fare=[fare + 40 for fare in FARES]), reference={"served": table(fare=FARES)}
    )

    assert "split 'train': skew of 0." in lines[1]
    assert lines[1].endswith("against served rows, at most 0.2")
    assert judge.report["not_checked"] == ["drift (no span before this one)"]


LABELLED = SCHEMA + (
    'feature { name: "tips" type: FLOAT presence { min_fraction: 1 min_count: 1 } shape {} '
    'not_in_environment: "SERVING" }'
)


def test_served_rows_need_no_label_and_training_rows_do(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    labelled = table(tips=[1.0] * ROWS)

    assert "no findings" in Judge(tmp_path / "a", LABELLED)(
        train=labelled, reference={"served": table()}
    )
    lines = Judge(tmp_path / "b", LABELLED).refusal(train=table())
    assert lines[1].startswith("column 'tips', split 'train': the column is missing")


def test_served_rows_without_a_feature_are_refused(tmp_path):
    lines = Judge(tmp_path, LABELLED).refusal(
        train=table(tips=[1.0] * ROWS), reference={"served": table(fare=None)}
    )

    assert lines[1].startswith("column 'fare', split 'served': the column is missing")


def test_training_rows_need_no_column_that_served_rows_alone_have(tmp_path):
    only_served = SCHEMA + (
        'feature { name: "request" type: BYTES presence { min_fraction: 1 min_count: 1 } shape {} '
        'not_in_environment: "TRAINING" }'
    )

    assert "no findings" in Judge(tmp_path, only_served)(train=table(), eval=table())


def test_served_rows_that_hold_the_label_are_told_what_they_hold(tmp_path):
    labelled = table(tips=[1.0] * ROWS)

    summary = Judge(tmp_path, LABELLED)(train=labelled, reference={"served": labelled})

    assert summary.splitlines()[1] == (
        "warning: column 'tips', split 'served': a column that the schema keeps out of SERVING, "
        "with a value in 100.0 % of rows"
    )


MOVING_LABEL = LABELLED.replace(
    'name: "tips"',
    'name: "tips" drift_comparator { jensen_shannon_divergence { threshold: 0.1 } } '
    "skew_comparator { jensen_shannon_divergence { threshold: 0.1 } }",
)


def test_drift_of_the_label_is_refused(tmp_path):
    newest = table(tips=[fare + 40 for fare in FARES])

    lines = Judge(tmp_path, MOVING_LABEL).refusal(
        train=newest, reference=spans(newest, table(tips=FARES))
    )

    assert lines[1].startswith("column 'tips', split 'newest': drift of 0.")


def test_skew_is_measured_of_what_training_rows_have(tmp_path):
    only_trained = SCHEMA.replace(
        "float_domain { min: 0 max: 100 } }",
        'float_domain { min: 0 max: 100 } not_in_environment: "SERVING" '
        "skew_comparator { jensen_shannon_divergence { threshold: 0.1 } } }",
    )
    judge = Judge(tmp_path, only_trained)

    lines = judge.refusal(
        train=table(fare=[fare + 40 for fare in FARES]), reference={"served": table(fare=FARES)}
    )

    assert lines[1].startswith("column 'fare', split 'train': skew of 0.")


@pytest.mark.parametrize("cells", [None, [None] * ROWS])
def test_a_column_with_a_threshold_and_nothing_to_compare_with_is_not_checked(tmp_path, cells):
    judge = Judge(tmp_path, MOVING)
    before = table(payment_type=cells, fare=FARES)

    judge(train=table(fare=FARES), reference=spans(table(fare=FARES), before))

    assert judge.report["not_checked"] == [
        "drift of payment_type (no value in span 2024-02)",
        "skew (no served rows)",
    ]
    assert "payment_type" not in {entry["column"] for entry in judge.report["distances"]}


def test_a_column_in_a_stage_that_validation_passes_over_is_not_checked(tmp_path):
    planned = MOVING.replace('name: "fare"', 'name: "fare" lifecycle_stage: ALPHA')
    judge = Judge(tmp_path, planned)

    judge(train=table(), reference=spans(table(fare=FARES), table(fare=FARES)))

    assert judge.report["not_checked"][0] == "drift of fare (validation passes it over)"


def test_a_label_that_no_served_row_has_is_not_checked_for_skew(tmp_path):
    judge = Judge(tmp_path, MOVING_LABEL)

    judge(train=table(tips=FARES), reference={"served": table()})

    assert "skew of tips (no value in served rows)" in judge.report["not_checked"]


@pytest.mark.parametrize(
    ("rows_before", "message"),
    [
        (100, "split 'newest': 10 times as many rows as span 2024-02, at most 2"),
        (5000, "split 'newest': 0.2 times as many rows as span 2024-02, at least 0.5"),
    ],
)
def test_too_many_or_too_few_rows_against_the_span_before_are_refused(
    tmp_path, rows_before, message
):
    bounded = SCHEMA + (
        "dataset_constraints { num_examples_drift_comparator "
        "{ min_fraction_threshold: 0.5 max_fraction_threshold: 2 } }"
    )
    before = table().sample(rows_before, replace=True, random_state=1)

    lines = Judge(tmp_path, bounded).refusal(train=table(), reference=spans(table(), before))

    assert lines[1] == message


def test_within_the_bounds_a_span_may_grow(tmp_path):
    bounded = SCHEMA + (
        "dataset_constraints { num_examples_drift_comparator "
        "{ min_fraction_threshold: 1 max_fraction_threshold: 1 } }"
    )

    assert "no findings" in Judge(tmp_path, bounded)(
        train=table(), reference=spans(table(), table())
    )


TORN = "/data/rows.csv: line 4: a quote opens in this row and is never closed"


def test_a_span_before_that_is_torn_is_not_compared_and_that_is_a_warning(tmp_path):
    judge = Judge(tmp_path, MOVING)
    newest = table(fare=[fare + 40 for fare in FARES])

    summary = judge(
        train=newest,
        reference={"newest": newest},
        reports={"newest": Report(rows_in=ROWS), "previous": Report(unreadable=(TORN,))},
    )

    assert summary == (
        f"1 warning; not checked: drift ({TORN}), skew (no served rows)\n"
        f"warning: split 'previous': not read, so nothing is compared with it: {TORN}"
    )


def rejected(rows, aside):
    cause = "column 'fare': no number of 32 bits"
    return Report(
        rows_in=rows, rejected={cause: aside}, shown={cause: "/data/s.csv: line 2: 'abc'"}
    )


def test_served_rows_that_do_not_fit_are_refused_above_the_share_that_may_be_put_aside(tmp_path):
    judge = Judge(tmp_path, MOVING)
    lines = judge.refusal(
        train=table(fare=FARES),
        reference={"served": table(fare=[fare + 40 for fare in FARES])},
        reports={"served": rejected(72, 50)},
    )

    assert lines[1:-1] == [
        "split 'served': rows that cannot be used (at most 1.0 % of rows): "
        "column 'fare': no number of 32 bits, in 50 rows; first /data/s.csv: line 2: 'abc'; "
        "in 69.4 % of rows"
    ]
    assert judge.report["not_checked"][1] == "skew (50 of 72 rows cannot be used)"
    (finding,) = judge.report["findings"]
    assert (finding["kind"], finding["value"]) == ("ROWS_REJECTED", 50 / 72)


def test_a_few_served_rows_that_do_not_fit_are_a_warning_and_the_others_are_compared(tmp_path):
    judge = Judge(tmp_path, MOVING)

    summary = judge(
        train=table(fare=FARES),
        reference={"served": table(fare=FARES)},
        reports={"served": rejected(ROWS, 10)},
    )

    assert summary.startswith("1 warning; skew: 4 columns, most 'fare' 0.000 of at most 0.2")
    assert "\nwarning: split 'served': rows that cannot be used" in summary


def test_of_a_span_before_too_many_rows_of_which_do_not_fit_nothing_is_compared(tmp_path):
    judge = Judge(tmp_path, MOVING)
    newest = table(fare=[fare + 40 for fare in FARES])

    judge(
        train=newest,
        reference=spans(newest, table(fare=FARES)),
        reports={"newest": Report(rows_in=ROWS), "previous": rejected(100, 2)},
    )

    assert judge.report["not_checked"][0] == "drift (2 of 100 rows cannot be used)"
    assert [finding["severity"] for finding in judge.report["findings"]] == ["warn"]
