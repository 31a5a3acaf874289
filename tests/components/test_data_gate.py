"""DataGate on what the real TFDV and the real ExampleValidator say of small tables."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from tfx.components.example_validator import executor as example_validator
from tfx.types import artifact_utils, standard_artifacts

from components.artifacts import DataVerdict
from components.data_gate import DataGate
from components.errors import DataRefused

ROWS = 1000
SCHEMA = """
string_domain { name: "payment" value: "Cash" value: "Credit Card" }
feature { name: "payment_type" type: BYTES presence { min_fraction: 1 } shape {} domain: "payment" }
feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {}
  float_domain { min: 0 max: 100 } }
feature { name: "hour" type: INT presence { min_fraction: 0.9 } int_domain { min: 0 max: 23 } }
feature { name: "tract" type: INT presence { min_fraction: 0 } value_count { min: 1 max: 1 } }
"""
REMEDY = (
    "mend the data, or the schema if the data are right; "
    'or let the column pass: [data.severities] "{}" = "warn"'
)


def table(**changes):
    """A table that keeps the contract, but for the columns that are changed; None drops one."""
    columns = {
        "payment_type": ["Cash"] * ROWS,
        "fare": [5.5] * ROWS,
        "hour": [7] * ROWS,
        "tract": [17031081401] * ROWS,
    }
    columns |= changes
    return pd.DataFrame({name: cells for name, cells in columns.items() if cells is not None})


class Judge:
    """The three steps from a table a split to the verdict, with artifacts in a folder."""

    def __init__(self, folder, schema=SCHEMA):
        self.folder = folder
        self.statistics = self._artifact(standard_artifacts.ExampleStatistics, "statistics")
        self.schema = self._artifact(standard_artifacts.Schema, "schema")
        self.anomalies = self._artifact(standard_artifacts.ExampleAnomalies, "anomalies")
        self.verdict = self._artifact(DataVerdict, "verdict")
        Path(self.schema.uri, "schema.pbtxt").write_text(schema, encoding="utf-8")

    def __call__(self, severities=None, exclude=(), **tables):
        self.statistics.split_names = artifact_utils.encode_split_names(list(tables))
        for split, frame in tables.items():
            path = Path(self.statistics.uri, f"Split-{split}", "FeatureStats.pb")
            path.parent.mkdir()
            found = tfdv.generate_statistics_from_dataframe(frame)
            path.write_bytes(found.SerializeToString())
        example_validator.Executor().Do(
            {"statistics": [self.statistics], "schema": [self.schema]},
            {"anomalies": [self.anomalies]},
            {"exclude_splits": json.dumps(list(exclude))},
        )
        DataGate.test_call(
            anomalies=self.anomalies,
            statistics=self.statistics,
            schema=self.schema,
            verdict=self.verdict,
            options=json.dumps({"severities": severities or {}}),
        )
        return self.verdict.get_string_custom_property("summary")

    def refusal(self, **arguments):
        with pytest.raises(DataRefused) as caught:
            self(**arguments)
        return str(caught.value).splitlines()

    @property
    def report(self):
        return json.loads(Path(self.verdict.uri, "verdict.json").read_text(encoding="utf-8"))

    def _artifact(self, kind, name):
        artifact = kind()
        artifact.uri = str(self.folder / name)
        Path(artifact.uri).mkdir()
        return artifact


@pytest.fixture
def judge(tmp_path):
    return Judge(tmp_path)


def test_data_that_keep_the_contract_pass(judge):
    assert judge(train=table(), eval=table()) == "no findings"
    assert judge.report == {"findings": [], "unused_severities": []}


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
        "warning: column 'new.column', split 'train': "
        "a column that the schema does not know, with a value in 50.0 % of rows"
    )
    assert [finding["severity"] for finding in judge.report["findings"]] == ["warn"]


def test_a_column_that_the_schema_does_not_know_blocks_when_told_so(judge):
    lines = judge.refusal(train=table(extra=["x"] * ROWS), severities={"extra": "block"})

    assert lines[0] == "1 finding stops the run (extra)"


def test_a_column_with_the_severity_warn_passes_and_is_named(judge):
    summary = judge(train=table(fare=None), severities={"fare": "warn"})

    assert summary == (
        "warning: column 'fare', split 'train': the column is missing in 100.0 % of rows"
    )


def test_an_ignored_column_passes_and_is_counted_and_recorded(judge):
    summary = judge(train=table(fare=None), severities={"fare": "ignore"})

    assert summary == "1 ignored"
    assert [finding["column"] for finding in judge.report["findings"]] == ["fare"]


def test_the_severity_of_one_column_does_not_let_another_pass(judge):
    lines = judge.refusal(train=table(fare=None, hour=None), severities={"fare": "warn"})

    assert lines[0] == "1 finding stops the run (hour)"


def test_a_severity_that_names_no_column_is_mentioned(judge):
    summary = judge(train=table(), severities={"fair": "warn", "fare": "warn"})

    assert summary == "warning: [data.severities] 'fair' is no column"
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

    assert summary == "warning: split 'eval': not validated"


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
