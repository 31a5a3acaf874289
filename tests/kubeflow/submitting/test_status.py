"""What the cluster has run, and how one run stands."""

from tests.kubeflow.submitting.runs import GOOD, failed_run, refused_run, step

FAST = ("--every", "0.05")


def finished(kfp, file, tfxp, prepare=None):
    """Runs to the end; returns the run's id."""
    kfp.steps = list(GOOD)
    if prepare:
        prepare(kfp)
    tfxp("submit", "--file", file, *FAST)
    return kfp.runs[-1]["run_id"]


def test_the_last_runs_are_shown_newest_first(kfp, file, tfxp):
    first = finished(kfp, file, tfxp)
    second = finished(kfp, file, tfxp, refused_run)
    tfxp("submit", "--file", file, "--no-follow")

    code, out, _ = tfxp("status")

    assert code == 0
    rows = [line.split() for line in out.splitlines()[2:]]
    third = kfp.runs[-1]["run_id"]
    assert rows == [
        [third, "waiting", "2026-11-29", "12:00", "taxi"],
        [second, "failed", "2026-11-29", "12:00", "7", "min", "taxi"],
        [first, "succeeded", "2026-11-29", "12:00", "7", "min", "taxi"],
    ]


def test_no_more_runs_are_shown_than_asked_for_and_only_of_that_experiment(kfp, file, tfxp):
    for name in ("a", "b", "b", "b"):
        tfxp("submit", "--file", file, "--no-follow", "--experiment", name)

    assert len(tfxp("status", "--experiment", "b")[1].splitlines()) == 2 + 3
    assert len(tfxp("status", "--last", "2")[1].splitlines()) == 2 + 2
    assert "no runs yet" in tfxp("status", "--experiment", "c")[1]


def test_before_the_first_run_the_way_to_it_is_told(kfp, tfxp):
    assert tfxp("status") == (0, "no runs yet; start one with `tfxp kubeflow submit`\n", "")


def test_a_run_under_way_shows_its_steps_and_is_no_failure(kfp, file, tfxp):
    tfxp("submit", "--file", file, "--no-follow")
    kfp.steps = [step(ExampleGen="done", Trainer="running", attempts={"Trainer": 2})]
    run_id = kfp.runs[0]["run_id"]

    code, out, _ = tfxp("status", run_id)

    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"taxi ({run_id})"
    assert lines[1].split() == ["✓", "ExampleGen", "done", "45.0", "s"]
    assert lines[2].split()[:3] == ["▶", "Trainer", "running"]
    assert lines[2].split()[-2:] == ["attempt", "2"]
    assert lines[3].split() == ["·", "Pusher", "waiting"]
    assert lines[5].startswith("under way for ")
    assert lines[-1] == f" next  tfxp kubeflow status {run_id} --follow"


def test_a_run_can_be_followed_again(kfp, file, tfxp):
    tfxp("submit", "--file", file, "--no-follow")
    kfp.steps = list(GOOD)

    code, out, _ = tfxp("status", kfp.runs[0]["run_id"], "--follow", *FAST)

    assert code == 0
    assert "Trainer running" in out
    assert "done in 7 min: 3 done" in out
    assert tfxp("status", "--follow")[0] == 2


def test_a_failed_run_shows_the_cause_and_where_its_log_is(kfp, file, tfxp):
    run_id = finished(kfp, file, tfxp, failed_run)

    code, out, _ = tfxp("status", run_id)

    assert code == 1
    (workflow,) = kfp.workflows.values()
    assert "no space left on device" in out
    assert f"  log  kubectl -n kubeflow logs {workflow.pod('Trainer', 2)} -c main" in out


def test_a_refused_run_is_exit_code_3(kfp, file, tfxp):
    run_id = finished(kfp, file, tfxp, refused_run)

    code, out, _ = tfxp("status", run_id)

    assert code == 3
    assert "accuracy 0.71 is below 0.80" in out
    assert "the slice payment_type=Cash is worst" in out


def test_the_pods_are_looked_for_in_the_namespace(kfp, file, tfxp, monkeypatch):
    run_id = finished(kfp, file, tfxp, failed_run)
    monkeypatch.setenv("KFP_NAMESPACE", "team")

    assert "kubectl -n team logs " in tfxp("status", run_id)[1]


def test_a_run_whose_version_was_deleted_shows_the_steps_that_it_tells_of(kfp, file, tfxp):
    run_id = finished(kfp, file, tfxp)
    kfp.versions.clear()

    code, out, _ = tfxp("status", run_id)

    assert code == 0
    steps = [line.split()[1] for line in out.splitlines()[1:4]]
    assert steps == ["ExampleGen", "Trainer", "Pusher"]


def test_so_does_a_run_of_another_kind_of_pipeline(kfp, file, tfxp):
    run_id = finished(kfp, file, tfxp)
    kfp.versions[0]["pipeline_spec"] = {"apiVersion": "argoproj.io/v1alpha1", "spec": {}}
    assert "✓ Trainer" in tfxp("status", run_id)[1]

    del kfp.runs[0]["pipeline_version_reference"]
    assert "✓ Trainer" in tfxp("status", run_id)[1]


def test_also_then_the_log_is_that_of_the_last_attempt(kfp, file, tfxp):
    run_id = finished(kfp, file, tfxp, failed_run)
    kfp.versions.clear()

    code, out, _ = tfxp("status", run_id)

    (workflow,) = kfp.workflows.values()
    assert code == 1
    assert "no space left on device" in out
    assert f"logs {workflow.pod('Trainer', 2)} -c main" in out


def test_a_run_that_is_not_there(kfp, tfxp):
    code, _, err = tfxp("status", "nonsense")

    assert code == 1
    assert "has no run 'nonsense'; `tfxp kubeflow status` lists the last" in err
