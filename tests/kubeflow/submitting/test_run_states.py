"""What the API says of a run becomes the states of its steps."""

import datetime
import types

from pipeline.runner.states import Status
from submitting.causes import Cause
from submitting.pipeline_file import Task
from submitting.run_states import run_states

NOW = datetime.datetime(2026, 11, 29, 13, 0, 0, tzinfo=datetime.UTC)


def run(state, **details):
    """A run as the SDK has it: step to its state."""
    tasks = [
        types.SimpleNamespace(
            display_name=name, state=told, start_time=NOW, end_time=NOW, child_tasks=None
        )
        for name, told in details.items()
    ]
    return types.SimpleNamespace(
        state=state,
        created_at=NOW,
        finished_at=None,
        run_details=types.SimpleNamespace(task_details=tasks),
    )


def test_a_step_says_which_step_before_it_is_why_it_did_not_run():
    tasks = {
        "Broken": Task(()),
        "Late": Task(()),
        "Both": Task(("Late", "Broken")),
        "Behind": Task(("Both",)),
    }
    found = run_states(run("FAILED", Broken="FAILED"), tasks, NOW).nodes

    assert (found["Late"].status, found["Late"].detail) == (Status.NOT_RUN, "")
    assert found["Both"].detail == found["Behind"].detail == "Broken failed"
    refused = {"Broken": Cause("no", is_refusal=True)}
    found = run_states(run("FAILED", Broken="FAILED"), tasks, NOW, refused).nodes
    assert found["Both"].detail == "Broken refused"


def test_what_broke_counts_for_more_than_what_was_refused():
    tasks = {"Gate": Task(()), "Broken": Task(())}
    told = run("FAILED", Gate="FAILED", Broken="FAILED")
    refused = {"Gate": Cause("no", is_refusal=True)}

    assert run_states(told, tasks, NOW, refused).exit_code == 1
    assert run_states(told, {"Gate": Task(())}, NOW, refused).exit_code == 3


def test_a_run_that_has_not_begun_waits():
    found = run_states(run("PENDING"), {"First": Task(())}, NOW)

    assert not found.is_final
    assert found.nodes["First"].status is Status.WAITING
    assert found.pods == {}


def test_a_state_that_a_later_version_may_have_is_no_end():
    found = run_states(run("HIBERNATING", First="HIBERNATING"), {"First": Task(())}, NOW)

    assert not found.is_final
    assert found.nodes["First"].status is Status.WAITING
