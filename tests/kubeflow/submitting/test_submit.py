"""A run is started on the cluster and followed until it has ended."""

import json
import time
import types

import pytest

from tests.kubeflow.submitting import pipelines
from tests.kubeflow.submitting.runs import GOOD, failed_run, refused_run, step

FAST = ("--every", "0.05")


def test_a_run_is_uploaded_started_and_followed_to_its_end(kfp, file, tfxp):
    kfp.steps = list(GOOD)

    code, out, err = tfxp("submit", "--file", file, *FAST)

    assert (code, err) == (0, "")
    (version,), (run,) = kfp.versions, kfp.runs
    assert (
        run["pipeline_version_reference"]["pipeline_version_id"] == version["pipeline_version_id"]
    )
    assert run["service_account"] == "tfxp-pipeline"
    assert run["runtime_config"]["pipeline_root"] == "minio://mlpipeline/tfxp"
    lines = out.splitlines()
    assert lines[0] == f"version {version['name']} uploaded"
    assert lines[1] == f"run {run['run_id']} started: {kfp.host}/#/runs/details/{run['run_id']}"
    assert lines[2:8] == [
        "ExampleGen running: is prepared",
        "ExampleGen done in 45.0 s",
        "Trainer running",
        "Trainer done in 45.0 s",
        "Pusher running",
        "Pusher done in 45.0 s",
    ]
    assert "done in 7 min: 3 done" in lines


def test_the_same_content_is_uploaded_once_and_a_change_is_a_new_version(kfp, file, tfxp):
    tfxp("submit", "--file", file, "--no-follow")
    # The same in another order, as another process may write it.
    document = json.loads(json.dumps(pipelines.spec(), sort_keys=True))
    pipelines.write(file, document, pipelines.platform())
    _, again, _ = tfxp("submit", "--file", file, "--no-follow")
    pipelines.write(file, pipelines.spec(image="registry.example.com/tfxp:0.2.0"))
    _, changed, _ = tfxp("submit", "--file", file, "--no-follow")

    assert "is there already" in again
    assert "uploaded" in changed
    assert len(kfp.pipelines) == 1
    assert kfp.asked.count("POST /apis/v2beta1/pipelines/upload_version") == len(kfp.versions) == 2
    used = [run["pipeline_version_reference"]["pipeline_version_id"] for run in kfp.runs]
    assert used[0] == used[1] != used[2]


def test_who_does_not_follow_is_told_how_to_look(kfp, file, tfxp):
    code, out, _ = tfxp("submit", "--file", file, "--no-follow")

    assert code == 0
    assert out.splitlines()[-1] == f" next  tfxp kubeflow status {kfp.runs[0]['run_id']}"


def test_parameters_reach_the_run_in_the_pipelines_types(kfp, file, tfxp):
    told = ("--param", "span=7", "--param", "training_steps=200")
    tfxp("submit", "--file", file, "--no-follow", *told)

    assert kfp.runs[0]["runtime_config"]["parameters"] == {"span": "7", "training_steps": 200}


def test_names_of_run_and_experiment_are_the_pipelines_unless_told(kfp, file, tfxp):
    tfxp("submit", "--file", file, "--no-follow")
    told = ("--experiment", "nightly", "--run-name", "try 1")
    tfxp("submit", "--file", file, "--no-follow", *told)
    tfxp("submit", "--file", file, "--no-follow", *told)

    assert [run["display_name"] for run in kfp.runs] == ["taxi", "try 1", "try 1"]
    assert [found["display_name"] for found in kfp.experiments] == ["taxi", "nightly"]
    assert kfp.runs[1]["experiment_id"] == kfp.experiments[1]["experiment_id"]


def test_a_gate_that_refuses_is_exit_code_3_with_what_it_said(kfp, file, tfxp):
    refused_run(kfp)

    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 3
    (workflow,) = kfp.workflows.values()
    assert "Pusher refused in 45.0 s: accuracy 0.71 is below 0.80" in out
    assert "the slice payment_type=Cash is worst" in out
    assert "Traceback" not in out
    assert "refused in 7 min: 1 cached, 1 done, 1 refused" in out
    assert f"  log  kubectl -n kubeflow logs {workflow.pod('Pusher')} -c main" in out


def test_a_step_that_fails_is_exit_code_1_with_its_last_attempts_log(kfp, file, tfxp):
    failed_run(kfp)

    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 1
    (workflow,) = kfp.workflows.values()
    assert "Trainer failed in 45.0 s: no space left on device" in out
    assert "- Pusher      not run          Trainer failed" in out
    assert f"logs {workflow.pod('Trainer', 2)} -c main" in out


def test_a_step_that_was_not_let_begin_shows_what_its_driver_said(kfp, file, tfxp):
    kfp.steps = [step("FAILED", ExampleGen="driver failed", Trainer="omitted", Pusher="omitted")]
    said = "KFP driver: driver.Container failed: no claim tfxp-models"
    kfp.log_of = lambda workflow: {
        workflow.driver_pod("ExampleGen"): f"F1129 12:00:02.000000      12 main.go:79] {said}\n"
    }

    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 1
    assert f"ExampleGen failed in 5.0 s: {said}" in out
    (workflow,) = kfp.workflows.values()
    assert f"logs {workflow.driver_pod('ExampleGen')} -c main" in out
    assert "- Trainer     not run         ExampleGen failed" in out


def test_a_log_that_is_gone_is_no_error_of_ours(kfp, file, tfxp):
    failed_run(kfp)
    kfp.log_of = lambda workflow: {}

    code, out, err = tfxp("submit", "--file", file, *FAST)

    assert (code, err) == (1, "")
    assert "Trainer failed in 45.0 s: its log is not to be had from here" in out


def test_behind_the_user_interface_logs_come_through_it(kfp, file, tfxp):
    refused_run(kfp)
    kfp.ui = True

    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 3
    assert "accuracy 0.71 is below 0.80" in out
    assert "GET /k8s/pod/logs" in kfp.asked


def test_a_run_that_somebody_canceled_is_no_success(kfp, file, tfxp):
    kfp.steps = [step(ExampleGen="running"), step("CANCELED")]

    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 1
    assert "canceled in 7 min: 3 not run" in out


def test_a_run_that_fails_without_a_step_says_where_the_cause_is(kfp, file, tfxp):
    kfp.steps = [step("FAILED")]

    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 1
    run_id = kfp.runs[0]["run_id"]
    assert f"get workflows -l pipeline/runid={run_id} -o yaml" in out


def test_an_interrupt_ends_the_following_and_not_the_run(kfp, file, tfxp, monkeypatch):
    kfp.steps = [step(ExampleGen="running")] * 3

    def interrupted(_):
        raise KeyboardInterrupt

    clock = types.SimpleNamespace(monotonic=time.monotonic, sleep=interrupted)
    monkeypatch.setattr("submitting.following.time", clock)
    code, out, _ = tfxp("submit", "--file", file)

    assert code == 130
    run_id = kfp.runs[0]["run_id"]
    assert f"the run goes on: `tfxp kubeflow status {run_id} --follow` follows it again" in out
    assert not [line for line in kfp.asked if "terminate" in line or "DELETE" in line]


def test_a_server_that_is_ill_for_a_moment_does_not_end_the_following(kfp, file, tfxp, monkeypatch):
    monkeypatch.setattr("submitting.server.PAUSES_S", ())

    def ill(workflow):
        kfp.broken = [500, 503]

    kfp.steps = [step(ExampleGen="running"), ill, *GOOD[3:]]
    code, out, _ = tfxp("submit", "--file", file, *FAST)

    assert code == 0
    assert "done in 7 min: 3 done" in out


def test_a_server_that_stays_ill_ends_the_following_with_how_to_go_on(kfp, file, tfxp, monkeypatch):
    monkeypatch.setattr("submitting.server.PAUSES_S", ())
    monkeypatch.setattr("submitting.following.PATIENCE_S", 0.2)

    def ill(workflow):
        kfp.broken = [503] * 1000

    kfp.steps = [ill]
    code, _, err = tfxp("submit", "--file", file, *FAST)

    assert code == 1
    assert "fails (503)" in err
    assert f"the run may go on: `tfxp kubeflow status {kfp.runs[0]['run_id']} --follow`" in err


def test_a_token_that_expires_meanwhile_ends_the_following_at_once(kfp, file, tfxp, monkeypatch):
    monkeypatch.setenv("KFP_TOKEN", "secret-1")
    kfp.token = "secret-1"

    def expire(workflow):
        kfp.token = "secret-2"

    kfp.steps = [expire, *GOOD]
    code, _, err = tfxp("submit", "--file", file, *FAST)

    assert code == 1
    assert "does not accept the token in KFP_TOKEN (401)" in err
    assert "the run may go on" in err


def test_the_token_is_sent_and_neither_printed_nor_in_the_spec(kfp, file, tfxp, monkeypatch):
    monkeypatch.setenv("KFP_TOKEN", "very-secret")
    monkeypatch.setenv("KFP_NAMESPACE", "team")
    kfp.token, kfp.multi_user = "very-secret", True
    kfp.steps = list(GOOD)

    code, out, err = tfxp("submit", "--file", file, *FAST)

    assert code == 0
    assert {headers.get("authorization") for headers in kfp.headers} == {"Bearer very-secret"}
    assert "very-secret" not in out + err
    assert "very-secret" not in json.dumps([kfp.versions, kfp.runs])
    assert kfp.experiments[0]["namespace"] == kfp.pipelines[0]["namespace"] == "team"


def test_what_another_made_in_the_same_second_is_taken(kfp, file, tfxp, monkeypatch):
    tfxp("submit", "--file", file, "--no-follow")
    from submitting.server import Server

    for name in ("pipeline", "version", "_experiment"):
        _blind_once(monkeypatch, Server, name)
    code, out, err = tfxp("submit", "--file", file, "--no-follow")

    assert (code, err) == (0, "")
    assert len(kfp.pipelines) == len(kfp.versions) == len(kfp.experiments) == 1


def _blind_once(monkeypatch, kind, name):
    """Has a question be answered as if the other's were not there yet."""
    real, asked = getattr(kind, name), []

    def blind(self, *arguments):
        asked.append(arguments)
        return None if len(asked) == 1 else real(self, *arguments)

    monkeypatch.setattr(kind, name, blind)


def test_without_a_file_the_pipeline_is_compiled_first(kfp, tfxp, monkeypatch, tmp_path):
    compiler = tmp_path / "compile.py"
    source = pipelines.write(tmp_path / "made.yaml")
    compiler.write_text(
        "import shutil, sys\n"
        f"open({str(tmp_path / 'words')!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        f"shutil.copy({str(source)!r}, sys.argv[sys.argv.index('--out') + 1])\n"
    )
    monkeypatch.setattr("submitting.requesting._COMPILE", compiler)

    code, _, _ = tfxp("submit", "--no-follow", "--set", "training.steps=5")

    assert code == 0
    words = (tmp_path / "words").read_text()
    expected = "--config configs/taxi.toml --where configs/kubeflow.toml --set training.steps=5"
    assert words.startswith(expected)
    assert len(kfp.runs) == 1


def test_a_pipeline_that_does_not_compile_is_not_sent(kfp, tfxp, monkeypatch, tmp_path):
    compiler = tmp_path / "compile.py"
    compiler.write_text("import sys; sys.exit(2)")
    monkeypatch.setattr("submitting.requesting._COMPILE", compiler)

    code, _, _ = tfxp("submit", "--no-follow")

    assert code == 2
    assert kfp.asked == ["GET /apis/v2beta1/healthz"]


@pytest.mark.parametrize("name", ["submit", "status", "recurring"])
def test_another_where_file_stays_in_the_commands_that_are_told(name):
    from submitting.requesting import Chosen

    chosen = Chosen("configs/other.toml", "configs/aws.toml")
    expected = f"tfxp kubeflow {name} --config configs/other.toml --where configs/aws.toml"
    assert chosen.typed(name) == expected


@pytest.mark.slow
def test_the_pipeline_of_the_configuration_is_compiled_and_taken_by_the_server(kfp, tfxp):
    code, out, err = tfxp("submit", "--no-follow", "--param", "training_steps=200")

    assert (code, err) == (0, "")
    assert "version taxi-" in out
    assert "tfxp kubeflow submit --file" not in out
    assert kfp.runs[0]["runtime_config"]["parameters"] == {"training_steps": 200}
    (workflow,) = kfp.workflows.values()
    assert "Trainer" in workflow.tasks
