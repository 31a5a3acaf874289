"""A step from KFP's executor input to its executor output, with executors of all kinds."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from components.errors import ModelRefused
from tests.kubeflow.stepping.cluster import ROOT, Cluster

pytestmark = pytest.mark.slow

TOYS = "tests.kubeflow.stepping.toy_executors"

EXAMPLES = {
    "uri": "minio://bucket/root/taxi/run-0/ExampleGen/0a1b/examples",
    "metadata": {
        "split_names": '["train", "eval"]',
        "rows": 5.0,
        "share": 1.0,
        "name": "run-0:ExampleGen:examples:0",
        "tfxp": json.dumps(
            {
                "files": 1,
                "empty": [],
                "properties": {"span": 7, "split_names": None},
                "custom_properties": {"rows": 5, "share": 1.0, "name": None},
            }
        ),
    },
}


def node(toy, **changes):
    return {
        "id": "Trainer",
        "executor": f"{TOYS}.{toy}",
        "beam": None,
        "inputs": {},
        "outputs": {"model": "Model"},
        "parameters": {"how": "STRING"},
        "runtime": {},
    } | changes


COPIES = node(
    "Copies",
    inputs={"examples": "Examples"},
    parameters={"config": "STRING", "count": "INT", "rate": "DOUBLE"},
    runtime={"steps": [["config", "steps"]]},
)
COPIED = {"config": '{"steps": 1}', "count": 3.0, "rate": 2.0, "steps": 500.0}


def store_examples(cluster):
    split = cluster.store / EXAMPLES["uri"].replace("://", "/") / "Split-train"
    split.mkdir(parents=True)
    (split / "data").write_text("rows")


@pytest.fixture
def cluster(tmp_path):
    found = Cluster(tmp_path)
    store_examples(found)
    return found


@pytest.fixture
def run(cluster, tmp_path, monkeypatch):
    """Runs a step in this process; returns its lines, its output artifact, and its folder."""
    from stepping import running

    def begin(told_node, parameters=None, inputs=None, change=None):
        told, root = cluster.prepare(told_node, parameters, inputs)
        if change:
            change(told, root)
        monkeypatch.setenv(ROOT, str(root))
        scratch = tmp_path / f"scratch-{root.name}"
        scratch.mkdir()
        lines = running.run(json.dumps(told_node), json.dumps(told), scratch)
        output = json.loads(Path(told["outputs"]["outputFile"]).read_text())
        (artifact,) = output["artifacts"]["model"]["artifacts"]
        return lines, artifact, root / artifact["uri"].replace("://", "/")

    return begin


def test_an_executor_is_told_and_given_what_it_would_be_here(run):
    _, _, folder = run(COPIES, COPIED, {"examples": EXAMPLES})

    assert (folder / "told.txt").read_text() == "config='{\"steps\": 500}'\ncount=3\nrate=2.0"
    given = """Examples 7 '["train", "eval"]' 5 1.0 run-0:ExampleGen:examples:0"""
    assert (folder / "given.txt").read_text() == given


def test_what_an_executor_says_of_its_output_is_handed_on_with_the_address(run):
    lines, artifact, _ = run(COPIES, COPIED, {"examples": EXAMPLES})

    assert lines == ["model: copied"]
    assert artifact["uri"] == "minio://bucket/root/taxi/run-1/Trainer/0a1b/model"
    assert artifact["metadata"]["name"] == "run-1:Trainer:model:0"
    exact = json.loads(artifact["metadata"]["tfxp"])
    assert (exact["files"], exact["empty"]) == (2, ["empty"])
    assert exact["custom_properties"]["rows"] == 2**53 + 1
    assert repr(exact["custom_properties"]["share"]) == "1.0"


@pytest.mark.parametrize("how", ["returned", "written"])
def test_an_executor_may_say_itself_what_its_outputs_are(run, how):
    _, artifact, folder = run(node("SaysItself"), {"how": how})

    assert artifact["uri"] == "minio://bucket/root/taxi/run-1/Trainer/0a1b/model/best"
    assert artifact["metadata"]["said"] == "by itself"
    assert json.loads(artifact["metadata"]["tfxp"])["files"] == 1
    assert (folder / "model.txt").read_text() == "a model"


def test_a_beam_step_runs_with_the_arguments_of_the_graph(run):
    arguments = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]

    _, artifact, folder = run(node("Counts", beam=arguments, parameters={}))

    assert (folder / "sum").read_text() == "6\n"
    assert artifact["metadata"]["runner"] == "FnApiRunner"


def other_scheme(told, root):
    told["inputs"]["artifacts"]["examples"]["artifacts"][0]["uri"] = "hdfs://b/k"


def not_brought(told, root):
    (root / EXAMPLES["uri"].replace("://", "/") / "Split-train" / "data").unlink()


def not_asked_for(told, root):
    told["inputs"]["artifacts"]["schema"] = told["inputs"]["artifacts"]["examples"]


def left_out(told, root):
    del told["inputs"]["artifacts"]["examples"]


def empty(told, root):
    told["inputs"]["artifacts"]["examples"]["artifacts"] = []


def nowhere_to_go(told, root):
    del told["outputs"]["artifacts"]["model"]


def of_another(told, root):
    there = root / "minio/bucket/root/taxi/run-1/Trainer/0a1b/model/saved_model.pb"
    there.parent.mkdir(parents=True)
    there.touch()


def no_way(told, root):
    (root / "minio/bucket/root/taxi/run-1").mkdir(parents=True)
    (root / "minio/bucket/root/taxi/run-1/Trainer").touch()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (other_scheme, r"input 'examples' is at 'hdfs://b/k'.*expected minio://bucket/key"),
        (not_brought, r"input 'examples': 0 files are at .*, 1 were written"),
        (not_asked_for, "Trainer has no input schema"),
        (left_out, "the input examples of Trainer is missing"),
        (empty, "the input examples of Trainer is missing"),
        (nowhere_to_go, "the output model of Trainer is missing"),
        (of_another, "output 'model': .* is not empty"),
        (no_way, "output 'model': .* cannot be made: Not a directory"),
    ],
)
def test_what_kfp_hands_over_and_does_not_fit_is_one_clear_error(run, change, message):
    from stepping.errors import StepError

    with pytest.raises(StepError, match=message):
        run(COPIES, COPIED, {"examples": EXAMPLES}, change)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"executor": f"{TOYS}.Absent"}, "toy_executors has no class 'Absent'"),
        ({"executor": f"{TOYS}.tell"}, "toy_executors has no class 'tell'"),
        ({"executor": "components.absent.Executor"}, "has no module 'components.absent'"),
        ({"executor": "absent.x.Executor"}, "this image has no module 'absent'"),
        ({"outputs": {"model": "Modle"}}, "no artifact type 'Modle'; did you mean 'Model'"),
    ],
)
def test_a_node_that_this_image_does_not_know_is_one_clear_error(run, changes, message):
    from stepping.errors import StepError

    with pytest.raises(StepError, match=message):
        run(node("Fails", **changes), {"how": "bug"})


def test_an_executor_whose_own_imports_fail_says_which(run, tmp_path, monkeypatch):
    (tmp_path / "lacking.py").write_text("import no_such_library\n\nclass Executor: ...\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        run(node("Fails", executor="lacking.Executor"), {"how": "bug"})


def test_an_executor_without_an_output_is_one_clear_error(run):
    from stepping.errors import StepError

    with pytest.raises(StepError, match="output 'model': the executor made 0 artifacts"):
        run(node("Fails"), {"how": "nothing"})


def blessing(blessed, **properties):
    exact = {"blessed": blessed, "producer_component": "Evaluator", **properties}
    record = {"files": 0, "empty": [], "properties": {}, "custom_properties": exact}
    return {"uri": "s3://b/blessing", "metadata": {"tfxp": json.dumps(record)}}


GUARDED = node("Fails", inputs={"blessing": "ModelBlessing"})


def test_a_step_behind_a_gate_that_said_no_does_not_run(run):
    withheld = blessing(0, reason="auc is 0.5, below 0.9")

    with pytest.raises(ModelRefused, match=r"^Evaluator: auc is 0.5, below 0.9$"):
        run(GUARDED, {"how": "bug"}, {"blessing": withheld})


def test_a_step_behind_a_gate_that_said_yes_runs(run):
    with pytest.raises(KeyError, match="fare"):
        run(GUARDED, {"how": "bug"}, {"blessing": blessing(1)})


def test_a_gate_that_says_no_hands_on_what_it_measured(run):
    gate = COPIES | {"outputs": {"model": "ModelBlessing"}}

    lines, _, _ = run(gate, COPIED, {"examples": EXAMPLES})

    assert lines == ["model: copied", "not blessed: Trainer: not blessed"]


@pytest.mark.parametrize(
    ("how", "status", "last"),
    [
        ("bug", 1, "Trainer failed: KeyError: 'fare' (toy_executors.py:"),
        ("mendable", 1, "Trainer failed: no file matches data/*.csv"),
        ("refused", 3, "Trainer refused: 2 anomalies:"),
        ("exit", 1, "Trainer failed: SystemExit: 0 (toy_executors.py:"),
    ],
)
def test_the_log_ends_with_the_cause(cluster, how, status, last):
    ended = cluster.run(node("Fails"), {"how": how})

    assert ended.status == status
    assert ended.log[-1].startswith(last)
    assert any(line.startswith("Traceback") for line in ended.log[:-1])
    assert not Path(ended.told["outputs"]["outputFile"]).exists()


def test_a_command_line_of_another_shape_is_one_clear_error(cluster):
    done = subprocess.run(
        [*cluster.command(node("Fails"), {})[:2], "--nodes", "x"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("step failed: the following arguments are")


def test_a_stopped_step_ends_at_once_with_what_it_started(cluster):
    told, root = cluster.prepare(node("Waits"), {"how": ""})
    process = subprocess.Popen(
        cluster.command(node("Waits"), told),
        env={"PATH": os.environ["PATH"], ROOT: str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    pids = [int(pid) for pid in process.stdout.readline().split()[1:]]

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=5) == 128 + signal.SIGTERM
    assert not any(psutil.pid_exists(pid) for pid in pids)


NOBODY = 54321
"""A user that only the cluster knows."""


@pytest.fixture
def as_nobody():
    """Runs a command as a user without name, home or any right, in a folder of nobody's."""
    if os.getuid() != 0:
        pytest.skip("only root may become somebody else")

    def run_as(command, **environment):
        return subprocess.run(
            command,
            cwd="/",
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        run_as([sys.executable, "-c", "pass"])
    except PermissionError:
        pytest.skip("the environment of this checkout is for its owner alone")
    return run_as


@pytest.fixture
def open_to_all():
    """A folder that everybody may use; pytest's own are for their owner."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_a_step_needs_no_home_no_name_and_no_right_but_to_its_artifacts(as_nobody, open_to_all):
    cluster = Cluster(open_to_all)
    store_examples(cluster)
    told, root = cluster.prepare(COPIES, COPIED, {"examples": EXAMPLES})
    for folder in [root, root / "minio", *(root / "minio").rglob("*")]:
        os.chown(folder, NOBODY, NOBODY)

    done = as_nobody(cluster.command(COPIES, told), **{ROOT: str(root)})

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].endswith(" copying")
    assert done.stdout.splitlines()[1:] == ["model: copied"]


def test_an_input_that_may_not_be_read_is_one_clear_error(as_nobody, open_to_all):
    cluster = Cluster(open_to_all)
    store_examples(cluster)
    told, root = cluster.prepare(COPIES, COPIED, {"examples": EXAMPLES})
    (root / "minio" / "bucket").chmod(0o700)

    done = as_nobody(cluster.command(COPIES, told), **{ROOT: str(root)})

    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Trainer failed: input 'examples': ")
    assert last.endswith("cannot be read: Permission denied")
