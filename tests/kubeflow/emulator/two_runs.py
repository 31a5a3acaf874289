"""Two runs of the taxi pipeline, one after the other, on clusters that share nothing but storage.

A test file says what the storage is, in a fixture `place`; everything else is here:

    from tests.kubeflow.emulator.two_runs import TwoRuns, first, job, local, second  # noqa: F401

    @pytest.fixture(scope="module")
    def place(tmp_path_factory): ...

    class TestOnMinio(TwoRuns): ...
"""

import gzip
import json
from pathlib import Path

import pytest

from tests.kubeflow.emulator.taxi import Local

BETTER = {"training_steps": 300}
TOLERANCE = 0.002
"""Of metrics, as the README states it: threads add up in no fixed order.

Only of those that move with every probability. Of 245 rows, a single one that is decided otherwise
moves accuracy by 0.004, and precision by more.
"""
_FAR_FROM_EACH_OTHER = 10 * TOLERANCE


@pytest.fixture(scope="module")
def job(place):
    return place.compiled()


@pytest.fixture(scope="module")
def first(place, job):
    return place.new_cluster().run(job)


@pytest.fixture(scope="module")
def second(place, job, first):
    assert not first.failure
    return place.new_cluster().run(job, BETTER)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    local = Local(tmp_path_factory.mktemp("local"))
    local.run()
    return local


class TwoRuns:
    """What holds on every cluster."""

    def test_a_first_run_trains_judges_and_pushes_without_a_baseline(self, place, first):
        assert not first.failure, first.tasks
        assert set(first.states().values()) == {"succeeded"}
        assert first.tasks["BaselineModel"].metadata("baseline")["baseline_version"] == 0
        assert first.tasks["Pusher"].metadata("pushed_model")["pushed_version"] == "1"
        assert place.versions() == ["1"]

    def test_a_second_run_is_judged_against_the_model_of_the_first(self, place, first, second):
        assert not second.failure, second.tasks
        assert second.tasks["BaselineModel"].metadata("baseline")["baseline_version"] == 1
        assert second.tasks["Pusher"].metadata("pushed_model")["pushed_version"] == "2"
        assert place.versions() == ["1", "2"]

        was, now = (_measured(place, run) for run in (first, second))
        # The candidate of then is the baseline of now, measured anew on the same rows.
        for metric in ("auc", "loss"):
            assert now["baseline"][metric] == pytest.approx(was["candidate"][metric], abs=TOLERANCE)
        assert now["candidate"]["auc"] > was["candidate"]["auc"] + _FAR_FROM_EACH_OTHER
        assert was["baseline"] is None

        record = json.loads(place.pushed("taxi/2/record.json"))
        assert record["baseline_version"] == 1
        assert b"stable" in place.pushed("models.config")

    def test_the_second_run_has_done_everything_again(self, second):
        assert set(second.states().values()) == {"succeeded"}

    def test_rows_statistics_and_vocabularies_are_those_of_a_run_on_this_machine(
        self, place, first, local
    ):
        assert not first.failure
        for task, key, pattern in (
            ("ExampleGen", "examples", "Split-*/*.gz"),
            ("StatisticsGen", "statistics", "Split-*/FeatureStats.pb"),
            ("Transform", "transform_graph", "transform_fn/assets/*"),
        ):
            here = _contents(local.output(task, key), pattern)
            assert here, (task, pattern)
            assert _contents(place.fetched(first, task, key), pattern) == here

    def test_metrics_are_those_of_a_run_on_this_machine(self, place, first, local):
        there = _measured(place, first)["candidate"]
        here = json.loads((local.folder / "serving/taxi/1/record.json").read_text())["metrics"]

        for metric in ("auc", "auc_pr", "loss"):
            assert there[metric] == pytest.approx(here[metric], abs=TOLERANCE)


def _measured(place, run):
    """What the Evaluator says of candidate and baseline, on all rows of the split."""
    return json.loads(run.tasks["Evaluator"].metadata("blessing")["metrics"])


def _contents(folder: Path, pattern: str) -> dict[str, bytes]:
    found = {}
    for file in folder.glob(pattern):
        content = file.read_bytes()
        unpacked = gzip.decompress(content) if file.suffix == ".gz" else content
        found[str(file.relative_to(folder))] = unpacked
    return found
