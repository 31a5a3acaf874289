"""Statistics of what the training rows are compared with, from real files."""

import json
from pathlib import Path

import apache_beam as beam
import pytest
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from components.example_gen.sources import Source, Sources, write_sources
from components.validation.readings import read_readings
from components.validation.reference_statistics import ReferenceStatisticsGen
from components.validation.split_statistics import read_statistics, splits_of
from tests.client.logged import answered, asked, example, texts
from tfxp_client import wire
from tfxp_client.request_log import RequestLog

SCHEMA = """
feature { name: "fare" type: FLOAT }
feature { name: "company" type: BYTES }
"""
IN_MEMORY = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]


class Workspace:
    def __init__(self, folder):
        self.folder = folder
        self.examples = self._artifact(standard_artifacts.Examples, "examples")
        self.schema = self._artifact(standard_artifacts.Schema, "schema")
        Path(self.schema.uri, "schema.pbtxt").write_text(SCHEMA, encoding="utf-8")

    def rows(self, name, text, span=""):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return Source(str(path), "csv", span)

    def take(self, sources, served=None, format="auto"):
        write_sources(self.examples.uri, sources)
        statistics = self._artifact(standard_artifacts.ExampleStatistics, "statistics")
        context = BaseBeamExecutor.Context(
            make_beam_pipeline_fn=lambda: beam.Pipeline(argv=IN_MEMORY), tmp_dir=str(self.folder)
        )
        ReferenceStatisticsGen.EXECUTOR_SPEC.executor_class(context).Do(
            {"examples": [self.examples], "schema": [self.schema]},
            {"statistics": [statistics]},
            {"options": json.dumps({"served": served, "format": format, "max_quarantined": 0.01})},
        )
        return statistics

    def _artifact(self, kind, name):
        artifact = kind()
        artifact.uri = str(self.folder / name)
        Path(artifact.uri).mkdir()
        return artifact


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def test_of_a_window_the_newest_span_is_compared_with_the_one_before(workspace):
    old, middle, new = (
        workspace.rows(
            f"{span}.csv", "fare,company,rider\n" + f"{span},,r1\n" * 10 * span, str(span)
        )
        for span in (1, 2, 3)
    )

    statistics = workspace.take(Sources((old, middle, new), "3", (middle,), ("rider",)))

    newest, previous = (read_statistics(statistics.uri, s) for s in ("newest", "previous"))
    fare = {feature.path.step[0]: feature for feature in newest.features}["fare"].num_stats
    assert splits_of(statistics) == ["newest", "previous"]
    assert (newest.num_examples, previous.num_examples) == (30, 20)
    assert (fare.mean, fare.common_stats.num_missing) == (3, 0)
    assert {feature.path.step[0] for feature in newest.features} == {"fare", "company"}
    assert statistics.get_string_custom_property("summary") == "span 3 and span 2"


def test_served_rows_are_a_split_of_their_own(workspace):
    workspace.rows("served.csv", "fare\n1\n\n,\n")

    statistics = workspace.take(Sources(()), str(workspace.folder / "served.csv"))

    assert splits_of(statistics) == ["served"]
    assert read_statistics(statistics.uri, "served").num_examples == 1
    assert len(statistics.get_string_custom_property("served_fingerprint")) == 64


def test_a_log_of_requests_is_served_rows(workspace):
    folder = workspace.folder / "requests"
    missing = wire.TensorProto(dtype=wire.DT_FLOAT, float_val=[3.0, float("nan")])
    missing.tensor_shape.dim.add(size=2)
    with RequestLog(folder, redact=["rider"]) as log:
        examples = [example(fare=1.0, rider=b"r1"), example(company=b"B", rider=b"r2")]
        log.offer(asked(examples=texts(*(e.SerializeToString() for e in examples))), answered())
        log.offer(asked(fare=missing, company=texts(b"A", b"")), answered())

    statistics = workspace.take(Sources(()), f"{folder}/*/*", format="csv")

    assert read_readings(statistics.uri)["served"].fault == ""
    split = read_statistics(statistics.uri, "served")
    found = {feature.path.step[0]: feature for feature in split.features}
    assert (split.num_examples, set(found)) == (4, {"fare", "company"})
    assert found["fare"].num_stats.mean == 2
    assert found["fare"].num_stats.common_stats.num_missing == 2
    assert found["company"].string_stats.common_stats.num_missing == 2
    assert found["company"].string_stats.unique == 2


def test_without_spans_and_served_rows_there_is_nothing_and_that_is_said(workspace):
    statistics = workspace.take(Sources((workspace.rows("a.csv", "fare\n1\n"),)))

    assert splits_of(statistics) == []
    assert list(Path(statistics.uri).glob("Split-*")) == []
    assert read_readings(statistics.uri) == {}
    assert statistics.get_string_custom_property("summary") == "nothing to compare with"


def test_what_stands_for_missing_is_missing_here_too(workspace):
    served = workspace.rows("served.csv", "fare,company\n1,A\nNA,NA\n")

    statistics = workspace.take(Sources((), missing=("NA",)), served.path)

    split = read_statistics(statistics.uri, "served")
    missing = {
        feature.path.step[0]: getattr(feature, feature.WhichOneof("stats")).common_stats.num_missing
        for feature in split.features
    }
    assert (split.num_examples, missing) == (2, {"fare": 1, "company": 0})


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("torn.csv", 'fare\n1\n"2\n3\n', "line 3: a quote opens in this row and is never closed"),
        ("twice.csv", "fare,fare\n1,2\n", "line 1: column name 'fare' stands 2 times"),
    ],
)
def test_a_span_that_is_torn_has_no_statistics_and_a_report(workspace, name, text, fault):
    new = workspace.rows("new.csv", "fare\n1\n2\n", "2")
    whole = workspace.rows("old.csv", "fare\n1\n", "1")
    torn = workspace.rows(name, text, "1")

    statistics = workspace.take(Sources((new,), "2", (whole, torn)))

    readings = read_readings(statistics.uri)
    assert splits_of(statistics) == ["newest"]
    assert not Path(statistics.uri, "Split-previous").exists()
    assert readings["newest"].fault == ""
    assert readings["previous"].fault.startswith(f"{torn.path}: {fault}")


def test_rows_that_do_not_fit_are_counted_and_shown_with_their_place(workspace):
    source = workspace.rows("served.csv", "fare,company\nabc,x\n1,y\nabc,z\n2\n")

    statistics = workspace.take(Sources(()), source.path)

    reading = read_readings(statistics.uri)["served"]
    assert (reading.report.rows_in, reading.report.rows_rejected) == (4, 3)
    assert reading.fault == "3 of 4 rows cannot be used"
    assert reading.causes == (
        f"column 'fare': no number of 32 bits, in 2 rows; first {source.path}: line 2: 'abc'; "
        f"too few cells, in 1 row; first {source.path}: line 5: '2'"
    )
    assert read_statistics(statistics.uri, "served").num_examples == 1
    assert statistics.get_string_custom_property("summary") == "served rows of 1 file"


def test_no_value_of_a_column_with_personal_data_is_in_the_report(workspace):
    new = workspace.rows("new.csv", "fare,rider\n1,secret,more\nabc,secret\n", "2")
    old = workspace.rows("old.csv", "fare,rider\n1,secret\n", "1")

    statistics = workspace.take(Sources((new,), "2", (old,), ("rider",)))

    for path in Path(statistics.uri).rglob("*"):
        assert path.is_dir() or b"secret" not in path.read_bytes()
    assert "'abc'" in read_readings(statistics.uri)["newest"].causes


def test_a_place_of_served_rows_without_a_file_is_named(workspace):
    nowhere = str(workspace.folder / "srved" / "*.csv")

    statistics = workspace.take(Sources(()), nowhere)

    assert splits_of(statistics) == []
    fault = f"data.served = {nowhere!r}: nothing found"
    assert read_readings(statistics.uri)["served"].fault == fault
