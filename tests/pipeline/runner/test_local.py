"""The local runner on a graph of four small steps: Count -> Double -> Total, Count -> Aside."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from tfx.proto.orchestration import pipeline_pb2

from pipeline.runner import code_version
from pipeline.runner.executors import ExecutorHost, LazyHost
from pipeline.runner.local import LocalRun, Place, Report
from pipeline.runner.nodes import needed_for, read_nodes
from pipeline.runner.plan import plan
from pipeline.runner.states import Outcome, Status
from pipeline.runner.store import Store
from tests.pipeline.runner.toy import compile_toy

CACHED, DONE, FAILED = Status.CACHED, Status.DONE, Status.FAILED
REFUSED, NOT_RUN = Status.REFUSED, Status.NOT_RUN


class Toy:
    """The toy graph with a store and folders of its own."""

    def __init__(self, root: Path, host: LazyHost, logs: Path) -> None:
        self.root = root
        self.host = host
        self.store = Store(root / "metadata.sqlite", "toy")
        self.place = Place(root / "artifacts", logs, parallel_nodes=2)
        self.runs = 0

    def run(
        self,
        *,
        until: str | None = None,
        fresh: bool = False,
        report: Report = lambda name, state: None,
        **graph: object,
    ) -> Outcome:
        ir = pipeline_pb2.Pipeline.FromString(compile_toy(**graph))
        self.runs += 1
        return LocalRun(
            run_id=f"run-{self.runs}",
            nodes=needed_for(read_nodes(ir), until),
            pipeline_info=ir.pipeline_info,
            store=self.store,
            place=self.place,
            host=self.host,
            report=report,
            fresh=fresh,
        ).run()

    def plan(self, **graph: object) -> dict[str, str]:
        nodes = read_nodes(pipeline_pb2.Pipeline.FromString(compile_toy(**graph)))
        return {name: p.reason for name, p in plan(nodes, self.store, fresh=False).items()}


def toy_in(root: Path) -> Toy:
    """A toy with a host of its own, for a process that will be stopped."""
    return Toy(root, LazyHost(ExecutorHost(root / "work", root / "logs")), root / "logs")


@pytest.fixture(scope="module")
def host_logs(tmp_path_factory):
    return tmp_path_factory.mktemp("host")


@pytest.fixture(scope="module")
def host(host_logs, tmp_path_factory):
    """One executor host for all tests: its imports take longer than they do."""
    with LazyHost(ExecutorHost(tmp_path_factory.mktemp("work"), host_logs)) as lazy_host:
        yield lazy_host


@pytest.fixture
def toy(tmp_path, host, host_logs):
    return Toy(tmp_path, host, host_logs)


def statuses(outcome):
    return {name: state.status for name, state in outcome.states.items()}


def test_a_first_run_runs_everything_and_a_second_nothing(toy):
    first = toy.run()
    # A host that has not been entered cannot start anything: the second run must not need one.
    toy.host = LazyHost(None)
    second = toy.run()

    assert set(statuses(first).values()) == {DONE}
    assert first.states["Total"].detail == "total 12"
    assert first.exit_code == 0
    assert set(statuses(second).values()) == {CACHED}
    assert second.states["Total"].detail == "total 12"


def test_a_changed_parameter_reruns_its_node_and_what_depends_on_it(toy):
    toy.run()

    planned = toy.plan(mood="merry")
    outcome = toy.run(mood="merry")

    assert planned == {
        "Count": "nothing changed",
        "Double": "parameter mood changed",
        "Total": "after Double",
        "Aside": "nothing changed",
    }
    assert statuses(outcome) == {"Count": CACHED, "Double": DONE, "Total": DONE, "Aside": CACHED}


def test_going_back_to_earlier_parameters_takes_the_earlier_results(toy):
    toy.run(upto=4)
    toy.run(upto=5)

    outcome = toy.run(upto=4)

    assert set(statuses(outcome).values()) == {CACHED}
    assert outcome.states["Total"].detail == "total 12"


def test_fresh_runs_what_is_cached(toy):
    toy.run(until="Count")

    assert statuses(toy.run(until="Count", fresh=True)) == {"Count": DONE}


def test_until_runs_a_node_and_what_it_needs(toy):
    assert statuses(toy.run(until="double")) == {"Count": DONE, "Double": DONE}


def test_a_failing_node_stops_what_depends_on_it_and_nothing_else(toy, host_logs):
    outcome = toy.run(mood="raise")

    assert statuses(outcome) == {"Count": DONE, "Double": FAILED, "Total": NOT_RUN, "Aside": DONE}
    assert outcome.exit_code == 1
    assert outcome.states["Double"].detail.startswith(
        "ValueError: seven is not even\nsecond line (toy.py:"
    )
    assert outcome.states["Total"].detail == "Double failed"
    assert "third line" in (host_logs / "Double.log").read_text()
    assert not list(toy.root.glob("artifacts/Double/doubled/*"))


def test_a_failed_node_is_tried_again_and_the_good_ones_are_not(toy):
    toy.run(mood="raise")

    assert statuses(toy.run(mood="raise")) == {
        "Count": CACHED,
        "Double": FAILED,
        "Total": NOT_RUN,
        "Aside": CACHED,
    }


def test_a_refusal_is_not_a_failure(toy):
    outcome = toy.run(mood="refuse")

    assert outcome.states["Double"].status is REFUSED
    assert outcome.states["Double"].detail == "column 'x': 3 of 7 rows are odd"
    assert outcome.exit_code == 3
    assert outcome.cause == "Double: column 'x': 3 of 7 rows are odd"


def test_a_node_whose_process_is_killed_fails_with_the_signal(toy):
    outcome = toy.run(mood="die")

    assert outcome.states["Double"].detail == (
        "its process was killed by signal 9 (out of memory?)"
    )


def test_a_result_whose_files_are_gone_is_made_again(toy):
    toy.run()
    (output,) = toy.root.glob("artifacts/Aside/copy/*")
    (output / "copy.txt").unlink()
    output.rmdir()

    assert toy.plan()["Aside"] == f"its output {output} is gone"
    assert statuses(toy.run())["Aside"] is DONE


def test_an_interrupted_run_leaves_nothing_half_written_and_goes_on(toy, tmp_path, held_run):
    held_run.send_signal(signal.SIGTERM)

    assert held_run.wait(timeout=30) == 130
    assert not list(tmp_path.glob("artifacts/Double/doubled/*"))

    (tmp_path / "gate" / "go").touch()
    outcome = toy.run(mood=str(tmp_path / "gate"))
    assert outcome.exit_code == 0
    assert statuses(outcome)["Count"] is CACHED
    assert statuses(outcome)["Double"] is DONE


def test_a_killed_run_leaves_no_process_behind(tmp_path, held_run):
    held_run.kill()
    held_run.wait()

    assert processes_left(tmp_path) == []


def test_a_killed_host_fails_the_run_and_leaves_no_process_behind(tmp_path, held_run):
    (host,) = psutil.Process(held_run.pid).children()
    host.kill()

    assert held_run.wait(timeout=30) == 1
    assert processes_left(tmp_path) == []
    assert not list(tmp_path.glob("artifacts/Double/doubled/*"))


def test_edited_code_is_run_and_not_served_from_the_cache(toy, monkeypatch):
    toy.run()
    before = code_version.sources

    def edited(dotted_paths):
        new = {"components/double.py": "edited"} if "Double" in dotted_paths[0] else {}
        return before(dotted_paths) | new

    monkeypatch.setattr(code_version, "sources", edited)

    assert toy.plan() == {
        "Count": "nothing changed",
        "Double": "its code changed: components/double.py",
        "Total": "after Double",
        "Aside": "nothing changed",
    }


def test_a_function_that_the_options_of_a_step_name_is_code_of_that_step(toy, monkeypatch):
    asked, before = [], code_version.sources

    def noted(paths):
        asked.append(paths)
        return before(paths)

    monkeypatch.setattr(code_version, "sources", noted)
    toy.run(mood='{"drop": ["a.csv"], "build_model": "tests.stranger.function"}')

    (double,) = {paths for paths in asked if "Double" in paths[0]}
    assert double[1:] == ("a.csv", "tests.stranger.function")


def test_a_running_node_says_how_far_it_is(toy, tmp_path):
    gate, said = tmp_path / "gate", []
    gate.mkdir()
    # Should nothing be said, the node must not wait for ever.
    late = threading.Timer(20, (gate / "go").touch)
    late.start()

    def report(name, state):
        if state.status is Status.RUNNING and state.detail:
            said.append((name, state.detail))
            (gate / "go").touch()

    outcome = toy.run(mood=str(gate), report=report)

    late.cancel()
    assert said == [("Double", "half of 4 numbers")]
    assert outcome.states["Double"].detail == ""


@pytest.fixture
def held_run(tmp_path):
    """The process of a run in which Double waits in the middle of its work."""
    gate = tmp_path / "gate"
    gate.mkdir()
    script = (
        "import sys, pathlib; from tests.pipeline.runner.test_local import toy_in;"
        "sys.exit(toy_in(pathlib.Path(sys.argv[1])).run(mood=sys.argv[2]).exit_code)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(gate)])
    wait_for(gate / "started")
    yield process
    process.kill()
    process.wait()


def wait_for(path):
    deadline = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.05)


def processes_left(folder):
    """Processes that still write a log below `folder`, after time to end."""
    deadline = time.monotonic() + 30
    while (left := writers_below(folder / "logs")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def writers_below(folder):
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            links = Path(f"/proc/{process.pid}/fd").iterdir()
            if any(str(link.readlink()).startswith(str(folder)) for link in links):
                found.append(process.pid)
    return found
