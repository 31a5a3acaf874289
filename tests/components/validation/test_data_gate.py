"""DataGate on what the real TFDV and the real ExampleValidator say of small tables."""

import datetime
import re
from pathlib import Path

import pandas as pd
import pytest
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.errors import InputError
from components.validation.severities import Severities, Waiver
from components.validation.split_statistics import read_statistics
from tests.components.validation.judging import REMEDY, ROWS, SCHEMA, Judge, table


@pytest.fixture
def judge(tmp_path):
    return Judge(tmp_path)


def test_data_that_keep_the_contract_pass(judge):
    assert judge(train=table(), eval=table()) == "no findings"
    assert judge.report == {
        "findings": [],
        "distances": [],
        "not_checked": ["drift (no span before this one)", "skew (no served rows)"],
        "unused_severities": [],
    }


def test_what_was_not_compared_is_not_called_fine(judge):
    judge(train=table())

    summary = judge.verdict.get_string_custom_property("summary")
    assert summary == (
        "no findings; not checked: drift (no span before this one), skew (no served rows)"
    )


def test_unknown_values_are_refused_with_the_values_and_their_shares(judge):
    strange = table(payment_type=["Cash"] * 890 + ["Crypto"] * 100 + ["Pcard"] * 10)

    lines = judge.refusal(train=strange, eval=table())

    assert lines == [
        "1 finding stops the run (payment_type)",
        "column 'payment_type', split 'train': unexpected values 'Crypto' (10.0 %), "
        "'Pcard' (1.0 %), which the schema does not list, in 11.0 % of rows",
        REMEDY.format("payment_type"),
    ]
    (finding,) = judge.report["findings"]
    assert finding["kind"] == "ENUM_TYPE_UNEXPECTED_STRING_VALUES"
    assert finding["share"] == {"low": 0.11, "high": 0.11}


def test_of_many_unknown_values_the_commonest_are_shown(judge):
    strange = ["b"] * 20 + ["a"] * 10 + [f"x{i}" for i in range(100)]

    lines = judge.refusal(train=table(payment_type=["Cash"] * (ROWS - 130) + strange))

    assert (
        "unexpected values 'b' (2.0 %), 'a' (1.0 %), 'x0' (0.1 %), 'x1' (0.1 %), "
        "'x10' (0.1 %) and 97 more, which the schema does not list, in 13.0 % of rows"
    ) in lines[1]


def test_when_values_are_too_many_to_be_counted_the_share_is_a_range(judge):
    rows = 4000
    values = [f"x{i:04}" for i in range(2000)] + ["Cash"] * (rows - 2000)
    frame = pd.DataFrame({"payment_type": values, "fare": [5.5] * rows, "hour": [7] * rows})

    lines = judge.refusal(train=frame)

    # The statistics list the 1,000 commonest values, and their counts are estimates.
    assert re.search(r" in [234]\d\.\d % to 50\.0 % of rows$", lines[1])


def test_a_missing_column_is_refused_in_each_split(judge):
    lines = judge.refusal(train=table(fare=None), eval=table(fare=None))

    assert lines == [
        "2 findings stop the run (fare)",
        "column 'fare', split 'eval': the column is missing in 100.0 % of rows",
        "column 'fare', split 'train': the column is missing in 100.0 % of rows",
        REMEDY.format("fare"),
    ]


@pytest.mark.parametrize("cells", [None, [None] * ROWS])
def test_a_column_that_may_always_be_missing_may_be_missing(judge, cells):
    assert judge(train=table(tract=cells)) == "no findings"


def test_a_column_without_a_single_value_is_refused(judge):
    lines = judge.refusal(train=table(hour=[None] * ROWS))

    assert lines[1:-1] == [
        "column 'hour', split 'train': no value (allowed: 10.0 %) in 100.0 % of rows"
    ]


def test_too_few_values_are_refused_with_what_is_allowed(judge):
    hours = pd.array([7] * 800 + [None] * 200, dtype="Int64").astype(object)

    lines = judge.refusal(train=table(hour=hours))

    assert lines[1] == (
        "column 'hour', split 'train': no value (allowed: 10.0 %) in 20.0 % of rows"
    )


def test_a_gap_in_a_column_that_is_always_there_is_one_finding(judge):
    lines = judge.refusal(train=table(payment_type=["Cash"] * 950 + [None] * 50))

    assert lines[1:-1] == [
        "column 'payment_type', split 'train': no value (allowed: 0.0 %) in 5.0 % of rows"
    ]


def test_numbers_outside_their_range_are_refused_with_the_farthest(judge):
    lines = judge.refusal(
        train=table(hour=[7] * 997 + [24, 25, -1], fare=[5.5] * 700 + [200.25] * 300)
    )

    assert lines[1] == (
        "column 'fare', split 'train': values up to 200.25, the largest allowed is 100, "
        "in 22.5 % to 30.0 % of rows"
    )
    # Ten quantiles cannot tell how many of the smallest tenth are below 0.
    assert lines[2] == (
        "column 'hour', split 'train': values down to -1, the smallest allowed is 0, "
        "in 0.1 % to 11.2 % of rows"
    )
    assert lines[3].startswith(
        "column 'hour', split 'train': values up to 25, the largest allowed is 23, in 0.1 % to "
    )


def test_a_column_of_another_type_is_refused(judge):
    lines = judge.refusal(train=table(payment_type=[1] * ROWS))

    assert lines[1] == (
        "column 'payment_type', split 'train': "
        "Expected data of type: BYTES but got INT in 100.0 % of rows"
    )


def test_a_column_that_the_schema_does_not_know_is_a_warning(judge):
    summary = judge(train=table(**{"new.column": ["x"] * 500 + [None] * 500}))

    assert summary == (
        "1 warning\nwarning: column 'new.column', split 'train': "
        "a column that the schema does not know, with a value in 50.0 % of rows"
    )
    assert [finding["severity"] for finding in judge.report["findings"]] == ["warn"]


def test_a_column_that_the_schema_does_not_know_blocks_when_told_so(judge):
    lines = judge.refusal(train=table(extra=["x"] * ROWS), severities={"extra": "block"})

    assert lines[0] == "1 finding stops the run (extra)"


def test_a_column_with_the_severity_warn_passes_and_is_named(judge):
    summary = judge(train=table(fare=None), severities={"fare": "warn"})

    assert summary == (
        "1 warning\nwarning: column 'fare', split 'train': the column is missing in 100.0 % of rows"
    )


def waiver(days):
    """A waiver that ends so many days from today."""
    until = datetime.date.today() + datetime.timedelta(days=days)
    return {"fare": {"until": until.isoformat(), "reason": "meter recall"}}


def test_a_waived_column_passes_until_the_last_day_and_is_recorded_with_the_reason(judge):
    summary = judge(train=table(fare=None), waivers=waiver(days=0))

    (finding,) = judge.report["findings"]
    today = datetime.date.today().isoformat()
    assert summary == f"ignored: fare waived until {today}"
    assert (finding["column"], finding["severity"]) == ("fare", "ignore")
    assert finding["note"] == f"waived until {today}: meter recall"
    assert judge.verdict.get_string_custom_property("valid_until") == today


def test_a_waiver_that_has_lapsed_blocks_again_and_says_so(judge):
    lines = judge.refusal(train=table(fare=None), waivers=waiver(days=-1))

    yesterday = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    assert f"(its waiver lapsed on {yesterday}: meter recall)" in lines[1]
    assert judge.verdict.get_string_custom_property("valid_until") == ""


def test_a_waiver_goes_before_a_severity_as_long_as_it_holds():
    until = datetime.date(2026, 3, 31)
    waivers = {"fare": Waiver(until, "why")}

    def severity(day):
        return Severities(day, {"fare": "warn"}, waivers).of("fare", "block")[0]

    assert severity(until) == "ignore"
    assert severity(until + datetime.timedelta(days=1)) == "warn"


def test_the_severity_of_one_column_does_not_let_another_pass(judge):
    lines = judge.refusal(train=table(fare=None, hour=None), severities={"fare": "warn"})

    assert lines[0] == "1 finding stops the run (hour)"


def test_a_severity_that_names_no_column_is_mentioned(judge):
    summary = judge(train=table(), severities={"fair": "warn", "fare": "warn"})

    assert summary == "1 warning\nwarning: [data.severities] 'fair' is no column"
    assert judge.report["unused_severities"] == ["fair"]


def test_what_blocks_most_rows_comes_first(judge):
    payments, fares = ["Cash"] * 990 + ["Crypto"] * 10, [5.5] * 500 + [200.0] * 500
    strange = table(payment_type=payments, fare=fares, hour=None, extra=["x"] * ROWS)

    lines = judge.refusal(train=strange)

    assert [line.split("'")[1] for line in lines[1:-1]] == ["hour", "fare", "payment_type"]
    assert judge.report["findings"][-1]["column"] == "extra"


def test_a_breach_of_the_whole_split_is_refused(tmp_path):
    judge = Judge(tmp_path, SCHEMA + "dataset_constraints { min_examples_count: 5000 }")

    lines = judge.refusal(train=table())

    assert lines == [
        "1 finding stops the run",
        "split 'train': The dataset has 1000 examples, which is fewer than expected.",
        "mend the data, or the schema if the data are right",
    ]


def test_a_split_without_rows_is_refused(judge):
    lines = judge.refusal(train=table(), eval=table().iloc[:0])

    assert lines[1] == "split 'eval': no rows"


def test_a_split_that_nobody_validated_is_mentioned(judge):
    summary = judge(train=table(), eval=table(fare=None), exclude=["eval"])

    assert summary == "1 warning\nwarning: split 'eval': not validated"


def test_a_hundred_findings_are_not_a_hundred_lines(tmp_path):
    features = "".join(
        f'feature {{ name: "c{i:02}" type: INT presence {{ min_fraction: 1 min_count: 1 }} }}'
        for i in range(50)
    )
    judge = Judge(tmp_path, SCHEMA + features)

    lines = judge.refusal(train=table(), eval=table())

    assert lines[0] == "100 findings stop the run (c00, c01, c02, c03, c04, …)"
    assert len(lines) == 23
    assert lines[-2] == "and 80 more, in the log"


@pytest.mark.parametrize("environment", ["TRAINING", "SERVING"])
def test_an_environment_that_the_schema_does_not_list_is_an_error(tmp_path, environment):
    judge = Judge(tmp_path, SCHEMA.replace(f'default_environment: "{environment}"', ""))

    with pytest.raises(InputError, match=f"no environment '{environment}'"):
        judge(train=table())


def test_statistics_of_slices_beside_those_of_all_rows_change_nothing(judge, tmp_path):
    judge(train=table(), eval=table())
    path = Path(judge.statistics.uri, "Split-train", "FeatureStats.pb")
    slices = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
    slices.datasets[0].name = "All Examples"
    slices.datasets.add(name="payment_type_Cash", num_examples=0)
    slices.datasets.sort(key=lambda dataset: dataset.num_examples)
    path.write_bytes(slices.SerializeToString())

    assert int(read_statistics(judge.statistics.uri, "train").num_examples) == ROWS
