"""The real pipeline on a few hundred real rows, through the command line, as a user runs it."""

import csv
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
TRIPS = Path(importlib.util.find_spec("tfx").origin).parent / (
    "examples/chicago_taxi_pipeline/data/simple/data.csv"
)
TFXP = str(Path(sys.executable).with_name("tfxp"))
NODES = [
    "ImportSchemaGen",
    "ExampleGen",
    "StatisticsGen",
    "ReferenceStatisticsGen",
    "ExampleValidator",
    "DataGate",
    "Transform",
    "Trainer",
    "BaselineModel",
    "Evaluator",
    "InfraValidator",
    "ParityValidator",
    "Pusher",
    "Explainer",
]

pytestmark = pytest.mark.slow


@dataclass
class Workspace:
    """A folder with a table, and configurations that point at it."""

    folder: Path
    overrides: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = (PROJECT / "configs/local.toml").read_text(encoding="utf-8")
        self.where.write_text(where.replace('"var/', f'"{self.folder}/'), encoding="utf-8")
        self.overrides = {
            "data.input": f'"{self.table}"',
            "training.steps": 150,
            # Learns something, and leaves room for a better model.
            "training.learning_rate": 0.0008,
            "evaluation.gates": '[{metric = "auc", min = 0.55, min_change = -0.02}]',
        }

    @property
    def table(self) -> Path:
        return self.folder / "trips.csv"

    @property
    def where(self) -> Path:
        return self.folder / "where.toml"

    @property
    def serving(self) -> Path:
        return self.folder / "serving" / "taxi"

    def write_rows(self, change: Callable[[dict[str, str]], dict[str, str]] | None = None) -> None:
        """Writes every 20th packaged trip, each changed by `change`."""
        with TRIPS.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[::20]
        changed = [change(dict(row)) if change else row for row in rows]
        with self.table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(changed[0]))
            writer.writeheader()
            writer.writerows(changed)

    def command(self, *arguments: str) -> list[str]:
        overrides = [
            word for key, value in self.overrides.items() for word in ("--set", f"{key}={value}")
        ]
        return [TFXP, "run", "--where", str(self.where), *overrides, *arguments]

    def run(self, *arguments: str) -> "Ran":
        done = subprocess.run(
            self.command(*arguments), cwd=PROJECT, capture_output=True, text=True, check=False
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    def versions(self) -> list[int]:
        if not self.serving.exists():
            return []
        return sorted(int(p.name) for p in self.serving.iterdir() if p.name.isdigit())


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    exit_code: int
    output: str

    def states(self) -> dict[str, str]:
        """Node to its last state, from the plain progress lines."""
        pattern = rf"^({'|'.join(NODES)}) (running|cached|done|refused|failed|not run)\b"
        return dict(re.findall(pattern, self.output, re.MULTILINE))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace in which one model has been pushed, and that first run."""
    workspace = Workspace(tmp_path_factory.mktemp("trained"))
    workspace.write_rows()
    return workspace, workspace.run()


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_rows()
    return workspace


def test_a_first_run_pushes_a_model_that_a_stranger_can_load_and_ask(trained):
    workspace, ran = trained

    assert ran.exit_code == 0, ran.output
    assert ran.states() == dict.fromkeys(NODES, "done")
    assert workspace.versions() == [1]
    assert "Traceback" not in ran.output
    assert ask_as_a_stranger(workspace.serving / "1") == {
        "serving_default": True,
        "serve_rows": True,
        "transform_features": True,
    }


def test_a_run_is_reported_from_what_its_steps_really_wrote(trained, tmp_path):
    workspace, _ = trained
    page = tmp_path / "page.html"

    done = subprocess.run(
        [TFXP, "report", "--where", str(workspace.where), "--out", str(page)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    drawn = set(re.findall(r'id="chart-([a-z-]+)', text))
    assert {"roc", "reliability", "slices", "importance", "dependence-", "training"} <= drawn
    assert "Pushed as version 1" in text
    assert "cannot be read" not in text.partition("<script>")[0]
    # The run's own, although the files of today say otherwise.
    assert f"training.steps</td><td>{workspace.overrides['training.steps']}<" in text


def test_a_second_run_takes_everything_from_the_cache_and_pushes_nothing(trained):
    workspace, _ = trained

    planned = workspace.run("--plan")
    ran = workspace.run()

    assert planned.output.count("cached") == len(NODES), planned.output
    assert ran.exit_code == 0, ran.output
    assert ran.states() == dict.fromkeys(NODES, "cached")
    assert workspace.versions() == [1]


def test_a_worse_model_is_refused_and_a_better_one_is_pushed(trained):
    workspace, _ = trained
    workspace.overrides["training.learning_rate"] = 1e-7
    workspace.overrides["evaluation.gates"] = (
        '[{metric = "auc", max = 0.9999}, {metric = "auc", min_change = 0.0}]'
    )

    worse = workspace.run()

    assert worse.exit_code == 3, worse.output
    assert worse.states()["Evaluator"] == "refused"
    assert worse.states()["Pusher"] == "not run"
    assert re.search(r"Evaluator refused.*auc", worse.output)
    assert workspace.versions() == [1]

    workspace.overrides["training.learning_rate"] = 0.002
    better = workspace.run()

    assert better.exit_code == 0, better.output
    assert workspace.versions() == [1, 2]


@pytest.mark.parametrize(
    ("poison", "node", "words"),
    [
        pytest.param(
            lambda row: (
                row | ({"payment_type": "Crypto"} if row["trip_start_hour"] in "12" else {})
            ),
            "DataGate",
            ["payment_type", "Crypto"],
            id="unknown payment type",
        ),
        pytest.param(
            lambda row: {name: value for name, value in row.items() if name != "trip_miles"},
            "DataGate",
            ["trip_miles", "train", "eval"],
            id="missing column",
        ),
        pytest.param(
            lambda row: row | ({"fare": "twelve"} if row["trip_start_hour"] == "7" else {}),
            "ExampleGen",
            ["fare", "twelve", "trips.csv"],
            id="letters in a number column",
        ),
    ],
)
def test_poisoned_rows_stop_the_run_before_anything_is_trained(workspace, poison, node, words):
    workspace.write_rows(poison)

    ran = workspace.run()

    assert ran.exit_code == 3, ran.output
    assert ran.states()[node] == "refused"
    assert ran.states()["Trainer"] == "not run"
    for word in words:
        assert word in ran.output
    assert "Traceback" not in ran.output
    assert workspace.versions() == []


def test_a_run_killed_while_training_goes_on_from_there(workspace):
    workspace.overrides |= {"training.steps": 100_000, "training.patience": 100_000}
    process = subprocess.Popen(workspace.command(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    wait_for(lambda: list(workspace.folder.glob("logs/*/Trainer.log")))
    time.sleep(1)
    process.send_signal(signal.SIGKILL)
    process.wait()

    second = subprocess.run(
        workspace.command("--plan"), cwd=PROJECT, capture_output=True, text=True, check=True
    )

    for node in NODES[: NODES.index("Trainer")]:
        assert re.search(rf"^{node} +cached", second.stdout, re.MULTILINE), second.stdout
    assert re.search(r"^Trainer +would run", second.stdout, re.MULTILINE)

    workspace.overrides |= {"training.steps": 150, "training.patience": 6}
    finished = workspace.run()

    assert finished.exit_code == 0, finished.output
    assert "going on from there" in finished.output
    states = finished.states()
    assert {states[node] for node in NODES[: NODES.index("Trainer")]} == {"cached"}
    assert workspace.versions() == [1]


def test_a_second_run_at_once_says_so_and_stops(workspace):
    first = subprocess.Popen(workspace.command(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: list(workspace.folder.glob("logs/*/*.log")))
        second = workspace.run()
    finally:
        first.terminate()

    assert first.wait(timeout=30) == 130, "stopped while it builds the graph"
    assert second.exit_code == 1
    assert f"error: another run (process {first.pid}) is using" in second.output


def ask_as_a_stranger(model: Path) -> dict[str, bool]:
    """Asks each signature for real rows, in a process that cannot import the project."""
    done = subprocess.run(
        [sys.executable, "-I", str(PROJECT / "tests" / "stranger.py"), str(model), str(TRIPS)],
        cwd="/",
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, bool] = json.loads(done.stdout)
    return answers


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
