"""`tfxp schema` on what a run left, with the real TFDV."""

import json
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from components.schema_tools.checking import check
from components.schema_tools.widening import inferred, widened
from pipeline.commands.schema import command
from pipeline.errors import UserError
from schema import SERVING, TRAINING, read_schema
from tests.pipeline.runs import Runs

SCHEMA = """\
# The contract with the trips.
default_environment: "TRAINING"
default_environment: "SERVING"
feature {
  name: "fare"
  type: FLOAT
  presence { min_fraction: 1 min_count: 1 }
  shape {}
  float_domain { min: 0 max: 100 }
}
# How it was paid.
feature {
  name: "payment"
  type: BYTES
  presence { min_fraction: 1 min_count: 1 }
  shape {}
  string_domain { value: "Card" value: "Cash" }
}
feature { name: "tips" type: FLOAT presence { min_fraction: 1 } not_in_environment: "SERVING" }
"""


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "schema.pbtxt").write_text(SCHEMA, encoding="utf-8")

    def write(text):
        path = tmp_path / "rows.csv"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


def checked(path, environment=TRAINING, missing=()):
    import datetime

    contract = read_schema(path.parent / "schema.pbtxt")
    return check(str(path), contract, environment, (), datetime.date(2026, 1, 1), missing)


def test_rows_that_keep_the_contract_fit(rows):
    result = checked(rows("fare,payment,tips\n1,Cash,0\n2,Card,1\n"))

    assert (result.fits, result.rows, result.findings) == (True, 2, [])


def test_without_the_label_rows_fit_in_serving_only(rows):
    path = rows("fare,payment\n1,Cash\n")

    assert checked(path, SERVING).fits
    (finding,) = checked(path).findings
    assert (finding.column, finding.kind) == ("tips", "SCHEMA_MISSING_COLUMN")


def test_what_does_not_fit_is_told_with_its_lines(rows):
    result = checked(rows("fare,payment,tips\n1,Crypto,0\n200,Cash,1\nx,Cash,1\n"))

    assert not result.fits
    assert result.rejected == {"column 'fare': no number of 32 bits": 1}
    assert [reject.line for reject in result.shown] == [4]
    assert {f.column: [row.line for row in f.rows] for f in result.findings} == {
        "payment": [2],
        "fare": [3],
    }


def test_what_stands_for_missing_is_found_missing(rows):
    path = rows("fare,payment,tips\n1,Cash,0\nNA,Card,1\n")

    (finding,) = checked(path, missing=("NA",)).findings

    assert finding.kind == "FEATURE_TYPE_LOW_FRACTION_PRESENT"
    assert [row.line for row in finding.rows] == [3]


def statistics(tmp_path, **splits):
    import pandas as pd
    import tensorflow_data_validation as tfdv

    for split, columns in splits.items():
        path = tmp_path / f"Split-{split}" / "FeatureStats.pb"
        path.parent.mkdir(parents=True)
        found = tfdv.generate_statistics_from_dataframe(pd.DataFrame(columns))
        path.write_bytes(found.SerializeToString())
    return tmp_path


def test_a_schema_is_inferred_from_the_training_rows_alone(tmp_path):
    folder = statistics(tmp_path, train={"x": ["a", "b"] * 50}, eval={"x": ["c"] * 10})

    (feature,) = inferred(folder).feature
    domain = inferred(folder).string_domain
    assert (feature.name, [list(d.value) for d in domain]) == ("x", [["a", "b"]])


def test_a_schema_is_widened_until_all_rows_fit_and_no_further(rows, tmp_path):
    import tensorflow_data_validation as tfdv

    rows("")
    curated = read_schema(tmp_path / "schema.pbtxt")
    odd = {"fare": [150.0], "payment": ["Crypto"], "tips": [1.0]}
    good = {"fare": [5.0], "payment": ["Cash"], "tips": [1.0]}
    folder = statistics(tmp_path / "statistics", train=good, eval=odd)

    wider = widened(curated, folder, None)
    one = widened(curated, folder, ["payment"])

    listed = tfdv.load_stats_binary(str(folder / "Split-eval" / "FeatureStats.pb"))
    assert not tfdv.validate_statistics(listed, wider, environment=TRAINING).anomaly_info
    left = tfdv.validate_statistics(listed, one, environment=TRAINING).anomaly_info
    assert list(left) == ["fare"]


@pytest.fixture
def accepting(rows, tmp_path):
    """`accept-anomalies` after a run on some rows, which DataGate refused for some findings."""
    rows("")
    runs = Runs(tmp_path / "runs")

    def accept(columns, findings, *options):
        logs = runs.add("StatisticsGen", outcome="refused")
        place = runs.last().folder("StatisticsGen", "statistics")
        statistics(place, train=columns)
        verdict = logs / "DataGate" / "verdict" / "verdict.json"
        verdict.parent.mkdir(parents=True)
        verdict.write_text(json.dumps({"findings": findings}), encoding="utf-8")
        schema = (
            "--set",
            f'data.schema="{tmp_path}/schema.pbtxt"',
            "--set",
            "evaluation.slices=[]",
        )
        arguments = ["accept-anomalies", "--where", runs.where, *schema, *options]
        return CliRunner().invoke(command, arguments, catch_exceptions=False).output

    return accept


GOOD = {"fare": [5.0], "payment": ["Cash"], "tips": [1.0]}
DRIFT = {
    "column": "fare",
    "split": "newest",
    "kind": "DRIFT",
    "detail": "drift of 0.6000 (jensen-shannon) against span 1, at most 0.5",
    "share": None,
    "severity": "block",
}


def test_what_a_run_was_refused_for_and_no_schema_mends_is_not_called_fitting(accepting):
    output = accepting(GOOD, [DRIFT, {**DRIFT, "column": "tips", "severity": "warn"}])

    assert "column 'fare', rows of 'newest': drift of 0.6000 (jensen-shannon)" in output
    assert "fit the schema" not in output
    assert "tips" not in output


def test_rows_that_fit_are_called_so(accepting):
    assert "nothing to accept: the rows of the last run fit" in accepting(GOOD, [])


def test_only_the_bounds_that_rows_break_are_rewritten(accepting, tmp_path):
    odd = {**GOOD, "fare": [-3.0, float("inf")], "payment": ["Cash", "Crypto"], "tips": [1.0, 1.0]}

    output = accepting(odd, [], "--yes")

    after = (tmp_path / "schema.pbtxt").read_text(encoding="utf-8")
    assert f"written to {tmp_path}/schema.pbtxt" in output
    assert after == SCHEMA.replace("{ min: 0 max: 100 }", "{ min: -3.0 }").replace(
        'value: "Cash" }', 'value: "Cash" value: "Crypto" }'
    )


def test_before_the_first_run_the_command_says_what_to_run(tmp_path, monkeypatch):
    where = tmp_path / "where.toml"
    text = Path("configs/local.toml").read_text(encoding="utf-8")
    where.write_text(text.replace('"var/', f'"{tmp_path}/'), encoding="utf-8")

    result = CliRunner().invoke(command, ["diff", "--where", str(where)])

    assert isinstance(result.exception, UserError)
    assert str(result.exception) == f"no runs yet; start one with `tfxp run --where {where}`"
