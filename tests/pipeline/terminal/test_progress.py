"""What is shown while a run lasts, and at its end."""

import dataclasses
import io
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.runner.session import Request
from pipeline.runner.states import WAITING, Outcome, State, Status
from pipeline.terminal.progress import progress, state_table
from pipeline.terminal.summary import print_summary

REQUEST = Request("configs/taxi.toml", "configs/local.toml")
OWN = dataclasses.replace(
    REQUEST, config="my own.toml", overrides=('data.input="/d/{YYYY}/*"',), until="DataGate"
)
OWN_RUN = """tfxp run --config 'my own.toml' --set 'data.input="/d/{YYYY}/*"'"""


def console() -> Console:
    return Console(file=io.StringIO(), width=100, highlight=False)


def printed(target: Console) -> list[str]:
    return [line.rstrip() for line in target.file.getvalue().splitlines()]


def test_without_a_terminal_each_change_is_a_line():
    target = console()

    with progress(target, ["ExampleGen", "Trainer"]) as report:
        report("ExampleGen", WAITING)
        report("ExampleGen", State(Status.RUNNING, started=0.0))
        report("ExampleGen", State(Status.RUNNING, started=0.0, detail="4 rows"))
        report("ExampleGen", State(Status.DONE, 1.25, "9 rows"))
        report("Trainer", State(Status.FAILED, 0.5, "ValueError: [no]\nmore"))

    assert printed(target) == [
        "ExampleGen running",
        "ExampleGen done in 1.2 s: 9 rows",
        "Trainer failed in 0.5 s: ValueError: [no]",
        "more",
    ]


def test_a_running_node_shows_its_elapsed_time():
    target = console()

    target.print(state_table({"Trainer": State(Status.RUNNING, started=10.0)}, now=12.5))

    assert printed(target) == ["▶ Trainer  running  2.5 s"]


def test_a_running_node_shows_how_far_it_is():
    target = console()
    state = State(Status.RUNNING, started=0.0, detail="step 1,240 · loss 0.271")

    target.print(state_table({"Trainer": state}, now=6.25))

    assert printed(target) == ["▶ Trainer  running  6.2 s  step 1,240 · loss 0.271"]


def outcome(**states: State) -> Outcome:
    return Outcome("run-1", states, 7.0, Path("nowhere/run-1"))


def test_a_good_run_ends_with_what_was_pushed():
    target = console()

    print_summary(target, outcome(Pusher=State(Status.DONE, 1.0, "version 1 pushed")), REQUEST)

    assert printed(target)[-2:] == ["done in 7.0 s: 1 done; version 1 pushed", " next  tfxp report"]


def test_refused_data_ends_with_what_to_mend():
    target = console()
    why = State(Status.REFUSED, 1.0, "why\nin detail")

    print_summary(target, outcome(DataGate=why, Pusher=State(Status.NOT_RUN)), REQUEST)

    assert "in detail" not in target.file.getvalue(), "it stands in the progress lines"
    assert printed(target)[-3:] == [
        "refused in 7.0 s: 1 refused, 1 not run; nothing was pushed",
        " next  mend the data or the schema, or change its severity, then:",
        "       tfxp run",
    ]


def test_a_refused_model_ends_with_where_to_see_why():
    target = console()

    print_summary(target, outcome(Evaluator=State(Status.REFUSED, 1.0, "auc 0.5")), REQUEST)

    assert printed(target)[-2:] == [
        " next  see why with `tfxp report`, change the training or the gates, then:",
        "       tfxp run",
    ]


@pytest.mark.parametrize(
    ("status", "command"),
    [
        (Status.DONE, OWN_RUN),
        (Status.REFUSED, f"{OWN_RUN} --until DataGate"),
        (Status.FAILED, f"{OWN_RUN} --until DataGate"),
    ],
)
def test_the_command_that_goes_on_with_this_run_can_be_pasted(status, command):
    target = console()

    print_summary(target, outcome(DataGate=State(status, 1.0)), OWN)

    assert printed(target)[-1].removeprefix(" next").strip() == command


def test_an_interrupted_run_goes_on_where_it_stopped():
    target = console()
    stopped = dataclasses.replace(outcome(Trainer=State(Status.NOT_RUN)), interrupted=True)

    print_summary(target, stopped, dataclasses.replace(OWN, until=None))

    assert printed(target)[-2:] == [
        " next  go on from the last finished node:",
        f"       {OWN_RUN}",
    ]


def test_the_exit_code_tells_a_failure_from_a_refusal():
    done, refused, failed = (
        State(status) for status in (Status.DONE, Status.REFUSED, Status.FAILED)
    )

    assert outcome(A=done).exit_code == 0
    assert outcome(A=done, B=refused).exit_code == 3
    assert outcome(A=refused, B=failed).exit_code == 1


@pytest.mark.parametrize(
    ("gate", "advice"),
    [
        ("ParityValidator", "see why with `tfxp report`, change the training or the gates, then:"),
        ("Pusher", "when that is mended, compare with what is stable then:"),
    ],
)
def test_a_refused_run_says_what_to_do_about_the_gate_that_refused(gate, advice):
    target = console()

    print_summary(target, outcome(**{gate: State(Status.REFUSED, 1.0, "no")}), REQUEST)

    assert f" next  {advice}" in printed(target)
