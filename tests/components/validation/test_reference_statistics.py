"""Statistics of what the training rows are compared with, from real files."""

import json
from pathlib import Path

import apache_beam as beam
import pytest
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from components.example_gen.sources import Source, Sources, write_sources
from components.validation.reference_statistics import ReferenceStatisticsGen
from components.validation.split_statistics import read_statistics, splits_of

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

    def take(self, sources, served=None):
        write_sources(self.examples.uri, sources)
        statistics = self._artifact(standard_artifacts.ExampleStatistics, "statistics")
        context = BaseBeamExecutor.Context(
            make_beam_pipeline_fn=lambda: beam.Pipeline(argv=IN_MEMORY), tmp_dir=str(self.folder)
        )
        ReferenceStatisticsGen.EXECUTOR_SPEC.executor_class(context).Do(
            {"examples": [self.examples], "schema": [self.schema]},
            {"statistics": [statistics]},
            {"options": json.dumps({"served": served, "format": "auto"})},
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


def test_without_spans_and_served_rows_there_is_nothing_and_that_is_said(workspace):
    statistics = workspace.take(Sources((workspace.rows("a.csv", "fare\n1\n"),)))

    assert splits_of(statistics) == []
    assert list(Path(statistics.uri).iterdir()) == []
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
