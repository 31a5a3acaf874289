"""DataGate on what the real TFDV and the real ExampleValidator say of small tables."""

import datetime
import json
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.types import artifact_utils, standard_artifacts

from components.artifacts import DataVerdict
from components.errors import DataRefused, InputError
from components.example_gen.sources import Source, Sources, write_sources
from components.validation.data_gate import DataGate
from components.validation.example_validator import ExampleValidator
from components.validation.severities import Severities, Waiver
from components.validation.split_statistics import read_statistics

ROWS = 1000
SCHEMA = """
default_environment: "TRAINING" default_environment: "SERVING"
string_domain { name: "payment" value: "Cash" value: "Credit Card" }
feature { name: "payment_type" type: BYTES presence { min_fraction: 1 } shape {} domain: "payment" }
feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {}
  float_domain { min: 0 max: 100 } }
feature { name: "hour" type: INT presence { min_fraction: 0.9 } int_domain { min: 0 max: 23 } }
feature { name: "tract" type: INT presence { min_fraction: 0 } value_count { min: 1 max: 1 } }
"""
NOT_COMPARED = "; not checked: drift (no span before this one), skew (no served rows)"
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
        self.reference = self._artifact(standard_artifacts.ExampleStatistics, "reference")
        self.examples = self._artifact(standard_artifacts.Examples, "examples")
        self.schema = self._artifact(standard_artifacts.Schema, "schema")
        self.anomalies = self._artifact(standard_artifacts.ExampleAnomalies, "anomalies")
        self.verdict = self._artifact(DataVerdict, "verdict")
        Path(self.schema.uri, "schema.pbtxt").write_text(schema, encoding="utf-8")

    def __call__(self, severities=None, waivers=None, exclude=(), reference=None, **tables):
        self._write(self.statistics, tables)
        self._write(self.reference, reference or {})
        self.reference.set_string_custom_property("previous", "2024-02")
        ExampleValidator.test_call(
            statistics=self.statistics,
            reference=self.reference,
            schema=self.schema,
            anomalies=self.anomalies,
        )
        validated = [split for split in tables if split not in exclude]
        validated += [split for split in reference or {} if split == "served"]
        self.anomalies.split_names = artifact_utils.encode_split_names(validated)
        DataGate.test_call(
            anomalies=self.anomalies,
            statistics=self.statistics,
            reference=self.reference,
            examples=self.examples,
            schema=self.schema,
            verdict=self.verdict,
            options=json.dumps({"severities": severities or {}, "waivers": waivers or {}}),
        )
        return self.verdict.get_string_custom_property("summary").removesuffix(NOT_COMPARED)

    def _write(self, artifact, tables):
        artifact.split_names = artifact_utils.encode_split_names(list(tables))
        for split, frame in tables.items():
            path = Path(artifact.uri, f"Split-{split}", "FeatureStats.pb")
            path.parent.mkdir()
            found = tfdv.generate_statistics_from_dataframe(frame)
            path.write_bytes(found.SerializeToString())

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
    assert judge.report == {
        "findings": [],
        "distances": [],
        "not_checked": ["drift (no span before this one)", "skew (no served rows)"],
        "unused_severities": [],
    }


def test_what_was_not_compared_is_not_called_fine(judge):
    judge(train=table())

    summary = judge.verdict.get_string_custom_property("summary")
    assert summary == f"no findings{NOT_COMPARED}"


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


def waiver(days):
    """A waiver that ends so many days from today."""
    until = datetime.date.today() + datetime.timedelta(days=days)
    return {"fare": {"until": until.isoformat(), "reason": "meter recall"}}


def test_a_waived_column_passes_until_the_last_day_and_is_recorded_with_the_reason(judge):
    summary = judge(train=table(fare=None), waivers=waiver(days=0))

    (finding,) = judge.report["findings"]
    today = datetime.date.today().isoformat()
    assert summary == "1 ignored"
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

    assert summary.startswith("warning: column 'payment_type', split 'newest': drift of 1.0000")


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


@pytest.mark.parametrize("environment", ["TRAINING", "SERVING"])
def test_an_environment_that_the_schema_does_not_list_is_an_error(tmp_path, environment):
    judge = Judge(tmp_path, SCHEMA.replace(f'default_environment: "{environment}"', ""))

    with pytest.raises(InputError, match=f"no environment '{environment}'"):
        judge(train=table())


def test_a_finding_shows_the_first_rows_behind_it_with_file_and_line(judge, tmp_path):
    path = tmp_path / "trips.csv"
    rows = ["Cash,5.5"] * 40
    rows[3], rows[7], rows[20] = "Crypto,5.5", "Cash,-1", "Crypto,-2"
    path.write_text("\n".join(["payment_type,fare", *rows]), encoding="utf-8")
    write_sources(judge.examples.uri, Sources((Source(str(path), "csv"),)))
    payments = ["Cash"] * (ROWS - 2) + ["Crypto"] * 2

    lines = judge.refusal(train=table(payment_type=payments, fare=[-1.0] * 2 + [5.5] * (ROWS - 2)))

    seen = {line.split("'")[1]: line.partition("; first seen in ")[2] for line in lines[1:3]}
    assert seen == {
        "payment_type": "trips.csv: line 5: 'Crypto', trips.csv: line 22: 'Crypto'",
        "fare": "trips.csv: line 9: '-1.0', trips.csv: line 22: '-2.0'",
    }
    assert judge.report["findings"][0]["rows"][0]["path"] == str(path)


def test_of_many_offending_rows_the_first_five_are_shown(judge, tmp_path):
    pq.write_table(pa.table({"payment_type": ["Crypto"] * 100}), tmp_path / "trips.parquet")
    source = Source(str(tmp_path / "trips.parquet"), "parquet")
    write_sources(judge.examples.uri, Sources((source,)))

    judge.refusal(train=table(payment_type=["Crypto"] * ROWS))

    (finding,) = judge.report["findings"]
    assert [row["row"] for row in finding["rows"]] == [0, 1, 2, 3, 4]


def test_statistics_of_slices_beside_those_of_all_rows_change_nothing(judge, tmp_path):
    judge(train=table(), eval=table())
    path = Path(judge.statistics.uri, "Split-train", "FeatureStats.pb")
    slices = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
    slices.datasets[0].name = "All Examples"
    slices.datasets.add(name="payment_type_Cash", num_examples=0)
    slices.datasets.sort(key=lambda dataset: dataset.num_examples)
    path.write_bytes(slices.SerializeToString())

    assert int(read_statistics(judge.statistics.uri, "train").num_examples) == ROWS
