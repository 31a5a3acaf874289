"""Two runs side by side, read without a browser."""

import datetime
import re

import pytest

from pipeline.reports.model.comparison import comparison
from pipeline.reports.model.reading import read_run
from tests.pipeline.reports.read_page import read
from tests.pipeline.reports.sample_runs import SampleRuns

NOW = datetime.datetime(2026, 1, 1)


@pytest.fixture
def runs(tmp_path):
    return SampleRuns(tmp_path / "runs")


def compared(runs, first="run-1", second="run-2"):
    both = [read_run(runs.get(name), runs.config.what) for name in (first, second)]
    return read(comparison(*both, NOW))


def test_only_the_keys_that_differ_are_told_with_both_values(runs):
    runs.add("run-1", changes={"training.seed": 7})
    runs.add("run-2", changes={"training.seed": 8, "training.members": 2})

    told = compared(runs).text["configuration"]

    assert re.search(r"training\.members\s*not set\s*2\s", told)
    assert re.search(r"training\.seed\s*7\s*8\s", told)
    assert "training.steps" not in told


def test_two_runs_of_the_same_configuration_say_so(runs):
    runs.add("run-1")
    runs.add("run-2")

    page = compared(runs)

    assert "The same in both." in page.text["configuration"]
    assert "changed" not in page.text["schema"].replace("What changed", "").partition("version")[2]
    assert "Not on the same rows" not in page.text["metrics"]


def test_other_rows_are_told_by_count_and_fingerprint_and_qualify_the_metrics(runs):
    runs.add("run-1")
    runs.add("run-2", seed=5)

    page = compared(runs)

    assert re.search(r"rows train\s*10,000\s*10,005\s*changed", page.text["data"])
    assert re.search(r"files\s*f11e\s*f11e5\s*changed", page.text["data"])
    assert "Not on the same rows: the files of the two runs differ." in page.text["metrics"]
    assert re.search(r"version\s*5c4e3a\s*5c4e3a5\s*changed", page.text["schema"])


def test_a_lower_loss_is_better_and_a_lower_auc_is_worse(runs):
    runs.add("run-1", seed=1)
    runs.add("run-2", seed=2)
    for name, loss, auc in (("run-1", 0.5, 0.9), ("run-2", 0.4, 0.8)):
        path = runs.folder / name / "Evaluator" / "evaluation" / "metrics.json"
        entry = {
            "slice": "overall",
            "rows": 10,
            "metrics": {"loss": {"candidate": loss}, "auc": {"candidate": auc}},
        }
        runs.rewrite(path, [entry])

    told = compared(runs).text["metrics"]

    assert re.search(r"loss\s*0\.5000\s*0\.4000\s*−0\.1000\s*better", told)
    assert re.search(r"auc\s*0\.9000\s*0\.8000\s*−0\.1000\s*worse", told)


def test_curves_of_both_are_in_one_chart(runs):
    runs.add("run-1", seed=1)
    runs.add("run-2", seed=2)

    page = compared(runs)

    assert [trace["name"] for trace in page.figure("roc")["data"]] == ["A", "B", "chance"]
    assert [trace["name"] for trace in page.figure("slices")["data"]] == ["A", "B"]
    assert [trace["name"] for trace in page.figure("importance")["data"]] == ["A", "B"]
    assert page.loads == []


def test_a_run_that_was_not_judged_can_be_compared_with_one_that_was(runs):
    runs.add("run-1")
    runs.add(
        "run-2",
        ["ImportSchemaGen"],
        failed=["ExampleGen"],
        outcome="failed",
        detail="ExampleGen: x",
    )

    page = compared(runs)

    assert "B: The run failed: nothing was pushed" in page.text["verdict"]
    why = "B was not measured: the run failed before Evaluator (ExampleGen: x)."
    assert why in page.text["metrics"]
    assert [trace["name"] for trace in page.figure("roc")["data"]] == ["A", "chance"]


def test_files_of_code_that_differ_are_named(runs):
    runs.add("run-1", code={"components/a.py": "1", "components/b.py": "2"})
    runs.add("run-2", code={"components/a.py": "1", "components/b.py": "3"})

    told = compared(runs).text["code"]

    assert "Files that differ: components/b.py." in told
    assert "The same in both" not in told


def test_a_configuration_that_was_not_kept_is_not_called_the_same(runs):
    runs.add("run-1", keeps_configuration=False)
    runs.add("run-2")

    told = compared(runs).text["configuration"]

    assert "Not known: run A kept no configuration." in told
    assert "The same in both" not in told
