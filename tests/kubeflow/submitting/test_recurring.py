"""The cluster starts the pipeline by the clock: one recurring run a pipeline."""

import pytest

from tests.kubeflow.submitting import pipelines
from tests.kubeflow.submitting.fake_records import Problem


@pytest.fixture
def recurring(kfp, file, tfxp):
    """Runs `tfxp kubeflow recurring` on the pipeline."""

    def run(*words):
        return tfxp("recurring", "--file", file, *words)

    return run


def cron(found):
    return found["trigger"]["cron_schedule"]["cron"]


def test_it_is_made_by_the_schedule_of_the_where_file(kfp, recurring):
    code, out, err = recurring("--apply")

    assert (code, err) == (0, "")
    (found,) = kfp.recurring
    (version,) = kfp.versions
    reference = found["pipeline_version_reference"]
    assert reference["pipeline_version_id"] == version["pipeline_version_id"]
    assert (found["display_name"], cron(found)) == ("taxi", "0 0 3 * * *")
    assert (found["status"], found["max_concurrency"]) == ("ENABLED", "1")
    assert found["no_catchup"] is True
    assert found["service_account"] == "tfxp-pipeline"
    assert found["runtime_config"]["pipeline_root"] == "minio://mlpipeline/tfxp"
    assert out.splitlines()[0] == "recurring run taxi: created; 0 0 3 * * * (UTC)"


def test_all_of_the_schedule_is_taken(kfp, recurring):
    recurring(
        "--apply",
        *("--set", "kubeflow.schedule.start='2026-12-01T00:00:00Z'"),
        *("--set", "kubeflow.schedule.end='2027-12-01T00:00:00+02:00'"),
        *("--set", "kubeflow.schedule.catchup=true"),
        *("--set", "kubeflow.schedule.max_concurrency=3"),
        *("--param", "training_steps=200"),
    )

    (found,) = kfp.recurring
    schedule = found["trigger"]["cron_schedule"]
    assert schedule["start_time"] == "2026-12-01T00:00:00+00:00"
    assert schedule["end_time"] == "2027-12-01T00:00:00+02:00"
    assert "no_catchup" not in found
    assert found["max_concurrency"] == "3"
    assert found["runtime_config"]["parameters"] == {"training_steps": 200}


def test_again_changes_nothing(kfp, recurring):
    words = ("--apply", "--set", "kubeflow.schedule.catchup=true", "--param", "training_steps=2")
    recurring(*words)
    before = kfp.recurring[0]
    code, out, _ = recurring(*words)

    assert code == 0
    assert "unchanged" in out
    assert kfp.recurring == [before]
    assert kfp.asked.count("POST /apis/v2beta1/recurringruns") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--cron", "0 30 4 * * mon-fri"),
        ("--apply", "--set", "kubeflow.schedule.catchup=true"),
        ("--apply", "--set", "kubeflow.schedule.max_concurrency=2"),
        ("--apply", "--set", "kubeflow.schedule.end='2030-01-01T00:00:00Z'"),
        ("--apply", "--set", "kubeflow.service_account=other"),
        ("--apply", "--param", "training_steps=5"),
        ("--apply", "--experiment", "nightly"),
    ],
)
def test_a_change_replaces_it(kfp, recurring, words):
    recurring("--apply")
    before = kfp.recurring[0]["recurring_run_id"]
    _, out, _ = recurring(*words)

    assert "changed" in out
    (found,) = kfp.recurring
    assert found["recurring_run_id"] != before
    assert found["status"] == "ENABLED"


def test_a_changed_pipeline_replaces_it(kfp, recurring, file):
    recurring("--apply")
    pipelines.write(file, pipelines.spec(image="registry.example.com/tfxp:0.2.0"))
    _, out, _ = recurring("--apply")

    assert "changed" in out
    (found,) = kfp.recurring
    newest = kfp.versions[-1]["pipeline_version_id"]
    assert found["pipeline_version_reference"]["pipeline_version_id"] == newest


def test_several_of_one_name_become_one(kfp, recurring):
    recurring("--apply")
    kfp.recurring.append(kfp.recurring[0] | {"recurring_run_id": "twin", "max_concurrency": "7"})
    recurring("--apply")

    assert [found["max_concurrency"] for found in kfp.recurring] == ["1"]


def test_when_the_new_one_is_refused_the_old_one_goes_on(kfp, recurring, monkeypatch):
    recurring("--apply")

    def refuse(content):
        assert kfp.recurring[0]["status"] == "DISABLED"
        raise Problem(3, "no more than 1 schedule")

    monkeypatch.setattr(kfp, "create_recurring", refuse)
    code, _, err = recurring("--cron", "0 0 4 * * *")

    assert code == 1
    assert "no more than 1 schedule" in err
    assert [cron(found) for found in kfp.recurring] == ["0 0 3 * * *"]
    assert kfp.recurring[0]["status"] == "ENABLED"


def test_paused_resumed_and_deleted(kfp, recurring):
    recurring("--apply")
    assert "paused" in recurring("--pause")[1]
    assert kfp.recurring[0]["status"] == "DISABLED"
    assert "on; " not in recurring()[1]
    assert "goes on" in recurring("--resume")[1]
    assert kfp.recurring[0]["status"] == "ENABLED"
    assert "deleted" in recurring("--delete")[1]
    assert kfp.recurring == []
    assert recurring("--delete")[:2] == (0, "recurring run taxi: there was none\n")
    assert recurring("--pause")[0] == 1


def test_one_that_was_paused_stays_so_when_it_changes(kfp, recurring):
    recurring("--apply")
    recurring("--pause")
    _, out, _ = recurring("--cron", "0 0 4 * * *")

    assert [found["status"] for found in kfp.recurring] == ["DISABLED"]
    assert "it is paused: `tfxp kubeflow recurring --resume`" in out


def test_it_is_shown_with_what_the_where_file_says_otherwise(kfp, tfxp, recurring):
    # Without a file the pipeline's name is that of the what file.
    assert "taxi: there is none; make it with --apply" in tfxp("recurring")[1]
    recurring("--cron", "0 30 4 * * *")

    _, out, _ = tfxp("recurring")

    assert "recurring run taxi: on; 0 30 4 * * * (UTC)" in out
    assert "1 at once; those that were missed are not made up for" in out
    assert "the where file says 0 0 3 * * *: --apply takes it" in out


@pytest.mark.parametrize("fields", ["0 3 * * *", "0 0 25 * * *", "nightly", ""])
def test_a_wrong_schedule_is_refused_before_anybody_is_asked(kfp, recurring, fields):
    code, _, err = recurring("--cron", fields)

    assert code == 2
    assert f"--cron: {fields!r}; expected" in err
    assert kfp.asked == []


def test_without_any_schedule_the_place_for_it_is_told(kfp, recurring, tmp_path):
    where = tmp_path / "where.toml"
    with open("configs/kubeflow.toml", encoding="utf-8") as source:
        where.write_text(source.read().partition("[kubeflow.schedule]")[0])
    code, _, err = recurring("--apply", "--where", where)

    assert code == 2
    assert f"{where}: kubeflow.schedule: missing" in err


def test_two_wishes_at_once_are_refused(kfp, recurring):
    code, _, err = recurring("--pause", "--delete")

    assert code == 2
    assert "exclude others" in err
