"""What is known of a run that has ended, whichever it is."""

import json

import pytest

from pipeline.runner.store import Store
from tests.pipeline.runs import Runs, node


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path)


def test_each_step_tells_how_it_ended_and_what_it_made(runs):
    runs.add("ExampleGen")
    runs.add("StatisticsGen", reused=["ExampleGen"])
    store = Store(runs.config.where.metadata_path, "taxi")
    failed = store.start("run-2", node("Trainer"), {"code": {"a.py": "1f"}}, {})
    store.fail(failed, "no rows")
    stopped = store.start("run-2", node("Evaluator"), {}, {})
    store.fail(stopped, "interrupted", canceled=True)

    steps = runs.last().steps

    assert {name: step.state for name, step in steps.items()} == {
        "StatisticsGen": "done",
        "ExampleGen": "cached",
        "Trainer": "failed",
        "Evaluator": "interrupted",
    }
    assert steps["Trainer"].error == "no rows"
    assert steps["Trainer"].code == {"a.py": "1f"}
    assert steps["StatisticsGen"].seconds >= 0
    assert steps["ExampleGen"].seconds is None
    assert "run-1" in steps["ExampleGen"].outputs["result"][0].uri


def test_what_a_step_that_failed_had_made_is_not_a_result(runs):
    runs.add("ExampleGen")
    store = Store(runs.config.where.metadata_path, "taxi")
    store.fail(store.start("run-1", node("Trainer"), {}, {}), "no rows")

    last = runs.last()

    assert not last.has("Trainer")
    assert last.find("Trainer", "result") is None
    assert last.find("ExampleGen", "result") is not None
    assert last.find("ExampleGen", "another") is None


def test_facts_that_were_kept_are_those_of_the_run(runs):
    store = Store(runs.config.where.metadata_path, "taxi")
    facts = {"nodes": json.dumps(["A", "B"]), "configuration": json.dumps({"what": {"name": "x"}})}
    store.begin_run("run-1", facts)
    store.end_run("run-1", "succeeded", "")

    last = runs.last()

    assert last.nodes == ["A", "B"]
    assert last.configuration == {"what": {"name": "x"}}
    assert last.record.facts == facts


def test_of_a_run_that_kept_nothing_the_steps_that_began_are_its_nodes(runs):
    runs.add("ExampleGen", "StatisticsGen")

    assert runs.last().nodes == ["ExampleGen", "StatisticsGen"]
    assert runs.last().configuration is None
