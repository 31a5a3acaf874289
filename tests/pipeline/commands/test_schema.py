"""`tfxp schema` on what a run left, with the real TFDV."""

import datetime
import json
import textwrap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from components.schema_tools.checking import Rules, check
from components.schema_tools.widening import inferred, widened
from components.validation.severities import Severities
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


TODAY = datetime.date(2026, 1, 1)


def checked(
    path,
    environment=TRAINING,
    identifiers=(),
    missing=(),
    max_quarantined=0.0,
    format="auto",
    **told,
):
    contract = read_schema(path.parent / "schema.pbtxt")
    severities = Severities.from_plain(told, TODAY)
    rules = Rules(format, identifiers, missing, max_quarantined, severities)
    return check(str(path), contract, environment, rules)


def test_rows_that_keep_the_contract_fit(rows):
    result = checked(rows("fare,payment,tips\n1,Cash,0\n2,Card,1\n"))

    assert (result.fits, result.report.rows_in, result.findings) == (True, 2, [])


def test_without_the_label_rows_fit_in_serving_only(rows):
    path = rows("fare,payment\n1,Cash\n")

    assert checked(path, SERVING).fits
    (finding,) = checked(path).findings
    assert (finding.column, finding.kind) == ("tips", "SCHEMA_MISSING_COLUMN")


def test_what_does_not_fit_is_told_with_its_lines(rows):
    path = rows("fare,payment,tips\n1,Crypto,0\n200,Cash,1\nx,Cash,1\n")
    result = checked(path, max_quarantined=0.5)

    assert not result.fits
    assert result.aside == [
        f"column 'fare': no number of 32 bits, in 1 row; first {path}: line 4: 'x'"
    ]
    assert {f.column: [row.line for row in f.rows] for f in result.findings} == {
        "payment": [2],
        "fare": [3],
    }


def test_what_stands_for_missing_is_found_missing(rows):
    path = rows("fare,payment,tips\n1,Cash,0\nNA,Card,1\n")

    (finding,) = checked(path, missing=("NA",)).findings

    assert finding.kind == "FEATURE_TYPE_LOW_FRACTION_PRESENT"
    assert [row.line for row in finding.rows] == [3]


def test_rows_that_do_not_fit_are_borne_up_to_the_share_that_may_be_put_aside(rows):
    path = rows("fare,payment,tips\nx,Cash,0\n1,Cash,0\n")

    assert checked(path, max_quarantined=0.5).fits
    refused = checked(path, max_quarantined=0.49)
    assert not refused.fits
    assert refused.refusal.startswith("1 of 2 rows (50.0 %) cannot be used; at most 49.0 %")


def test_a_severity_and_a_waiver_count_as_in_a_run(rows):
    path = rows("fare,payment,tips\n200,Crypto,0\n")
    waiver = {"fare": {"until": "2026-01-01", "reason": "meter recall"}}

    result = checked(path, severities={"payment": "warn"}, waivers=waiver)

    assert result.fits
    assert {f.column: f.severity for f in result.findings} == {"payment": "warn", "fare": "ignore"}


def test_a_column_with_personal_data_is_neither_missed_nor_shown(rows):
    path = rows("fare,tips\n1,0\n")
    assert checked(path, identifiers=["payment"]).fits

    path = rows("fare,payment,tips\n1,secret,0\n1,secret,0,more\nx,secret,0\n")
    result = checked(path, identifiers=["payment"], max_quarantined=1)

    assert result.fits
    assert "secret" not in repr(result)
    assert "'x'" in result.aside[0]


def test_the_format_of_the_configuration_counts(rows):
    path = rows("fare,payment,tips\n1,Cash,0\n")
    named = path.rename(path.with_name("rows.txt"))

    assert checked(named, format="csv").fits


def test_a_torn_file_does_not_fit_and_is_named_with_the_line(rows):
    path = rows('fare,payment,tips\n1,Cash,0\n1,"Cash,0\n')

    result = checked(path)

    assert not result.fits
    assert result.refusal == f"{path}: line 3: a quote opens in this row and is never closed"


def test_rows_of_parquet_that_do_not_fit_have_their_number(rows):
    path = rows("").with_name("rows.parquet")
    cells = {"fare": ["1", "x"], "payment": ["Cash"] * 2, "tips": [0.0] * 2}
    pq.write_table(pa.table(cells), path)

    (line,) = checked(path, max_quarantined=1).aside

    assert line.endswith(f"in 1 row; first {path}: row 1: 'x'")


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_infinite_numbers_are_a_finding_and_no_warning_of_numpy(rows):
    result = checked(rows("fare,payment,tips\n1,Cash,inf\n2,Cash,0\ninf,Cash,0\n"))

    assert [finding.column for finding in result.findings] == ["fare"]


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


@pytest.fixture
def configured(rows, tmp_path):
    """Runs `schema check` on rows, with more lines in `[data]`."""

    def run(text, *arguments, more=""):
        path = rows(text)
        taxi = Path("configs/taxi.toml").read_text(encoding="utf-8")
        head, _, _ = taxi.partition("[data]")
        what = tmp_path / "what.toml"
        what.write_text(
            f'{head}[data]\ninput = "{path}"\nschema = "{tmp_path}/schema.pbtxt"\n{more}\n'
            '[label]\ncolumn = "tips"\nshare = 0.2\nof = "fare"\n[training]\nsteps = 10\n'
            '[[evaluation.gates]]\nmetric = "auc"\nmin = 0.5\n',
            encoding="utf-8",
        )
        arguments = ["check", str(path), "--config", str(what), *arguments]
        return CliRunner().invoke(command, arguments)

    return run


def test_check_says_what_would_be_put_aside_and_what_is_wrong(configured):
    text = "fare,payment,tips,extra\nx,Cash,0,1\n1,Crypto,0,1\n2,Cash,0,1\n"

    result = configured(text, more="max_quarantined = 0.5")

    *lines, verdict = result.stdout.splitlines()
    assert result.exit_code == 3
    assert [line.split()[0] for line in lines] == ["aside", "block", "warn"]
    assert lines[1].startswith("block  column 'payment': unexpected values 'Crypto' (50.0 %)")
    assert "does not fit" in verdict
    assert verdict.endswith("in TRAINING: 3 rows, 1 of them cannot be used")


def test_check_goes_by_the_severities_of_the_configuration(configured):
    more = 'severities.payment = "warn"'
    result = configured("fare,payment,tips\n1,Crypto,0\n", more=more)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].endswith("in TRAINING: 1 row")


def test_an_environment_that_the_schema_does_not_list_is_a_wrong_argument(configured):
    result = configured("fare,payment,tips\n", "--environment", "SERVNG")

    assert result.exit_code == 2
    assert "no environment 'SERVNG'; its default_environment lists: TRAINING, SERVING" in (
        " ".join(result.output.split())
    )


def test_check_counts_no_rows_of_a_file_that_is_torn(configured):
    result = configured('fare,payment,tips\n1,Cash,0\n1,"Cash,0\n')

    assert result.exit_code == 3
    assert result.stdout.splitlines()[-1].endswith("in TRAINING: not read to the end")
