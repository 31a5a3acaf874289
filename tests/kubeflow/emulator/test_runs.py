"""In which order, how often, and how far the tasks of a run go."""

import pytest
import yaml

from tests.kubeflow.emulator import JobRefused, read_job
from tests.kubeflow.emulator.order import in_order
from tests.kubeflow.emulator.small import (
    Read,
    Repeat,
    Shout,
    Tally,
    Tell,
    Write,
    compiled,
    one_step,
    written,
)

COUNT = "echo $TFXP_ARTIFACTS_ROOT >> {file}; [ $(wc -l < {file}) -ge {needed} ]; echo done > $1"


def test_a_task_waits_for_its_inputs_and_for_what_it_names(tmp_path):
    def pipeline():
        last = Tell(script="").set_display_name("last")
        shout = Shout(taken=Write(text="").outputs["made"])
        last.after(shout)

    assert in_order(compiled(pipeline, tmp_path)) == ["write", "shout", "tell"]


def test_an_input_is_waited_for_although_the_spec_does_not_say_so(tmp_path):
    def pipeline():
        Read(taken=Tell(script="").outputs["told"], script="")
        Repeat(times=Tally(text="").outputs["length"])

    job = compiled(pipeline, tmp_path)
    for task in job.spec.root.dag.tasks.values():
        del task.dependent_tasks[:]

    order = in_order(job)
    assert order.index("tell") < order.index("read")
    assert order.index("tally") < order.index("repeat")


def test_a_failed_step_ends_the_run_with_its_last_words(cluster, tmp_path):
    def pipeline():
        first = Tell(script="echo early; echo 'no rows in it' >&2; exit 3")
        Read(taken=first.outputs["told"], script="touch $1")
        Tell(script="touch $1").after(first)

    run = cluster.run(compiled(pipeline, tmp_path))

    assert run.states() == {"tell": "failed", "read": "skipped", "tell-2": "skipped"}
    assert run.failure == "tell: no rows in it"
    assert run.tasks["tell"].exit_code == 3
    assert run.tasks["tell"].logs[0].read_text() == "early\nno rows in it\n"
    assert not list(tmp_path.glob("buckets/*"))


@pytest.mark.parametrize(("needed", "state"), [(3, "succeeded"), (4, "failed")])
def test_a_step_is_tried_again_in_a_new_pod_as_often_as_the_spec_says(
    cluster, tmp_path, needed, state
):
    file = tmp_path / "attempts"

    def pipeline():
        Tell(script=COUNT.format(file=file, needed=needed)).set_retry(2)

    run = cluster.run(compiled(pipeline, tmp_path))

    assert run.states() == {"tell": state}
    assert len(run.tasks["tell"].logs) == 3
    pods = file.read_text(encoding="utf-8").splitlines()
    assert len(set(pods)) == 3


def count_runs(cluster, job, file, **parameters):
    before = len(file.read_text().splitlines()) if file.exists() else 0
    run = cluster.run(job, **parameters)
    assert not run.failure
    return run, len(file.read_text().splitlines()) - before


def test_an_equal_step_is_taken_from_the_cache_with_what_it_published(cluster, tmp_path):
    file = tmp_path / "attempts"

    def pipeline(mark: str = "a"):
        told = Tell(script=COUNT.format(file=file, needed=0) + f" # {mark}")
        Read(taken=told.outputs["told"], script=COUNT.format(file=file, needed=0))

    job = compiled(pipeline, tmp_path)
    first, runs = count_runs(cluster, job, file)
    assert runs == 2

    second, runs = count_runs(cluster, job, file)
    assert runs == 0
    assert second.states() == {"tell": "cached", "read": "cached"}
    assert second.tasks["read"].outputs == first.tasks["read"].outputs

    # The second step is given another artifact, though its text is the same.
    _, runs = count_runs(cluster, job, file, parameters={"mark": "b"})
    assert runs == 2


def test_a_step_whose_cache_is_off_always_runs(cluster, tmp_path):
    file = tmp_path / "attempts"

    def pipeline():
        Tell(script=COUNT.format(file=file, needed=0)).set_caching_options(False)

    job = compiled(pipeline, tmp_path)

    assert [count_runs(cluster, job, file)[1] for _ in range(2)] == [1, 1]


def test_a_failed_step_is_not_in_the_cache(cluster, tmp_path):
    file = tmp_path / "attempts"
    job = one_step(COUNT.format(file=file, needed=2), tmp_path)

    assert cluster.run(job).failure
    run = cluster.run(job)

    assert run.states() == {"tell": "succeeded"}
    assert written(cluster, run.tasks["tell"]) == "done\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schemaVersion": "2.0.0"}, "2.1.0 only"),
        ({"pipelineInfos": {}}, "pipelineInfos"),
    ],
)
def test_a_file_that_the_server_would_not_take_is_refused(tmp_path, change, words):
    one_step("", tmp_path)
    file = tmp_path / "small.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump(document | change), encoding="utf-8")

    with pytest.raises(JobRefused, match=words):
        read_job(file)
