"""Values of a run, and how they reach a step."""

import pytest
from google.protobuf import json_format
from kfp import dsl
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator import JobRefused
from tests.kubeflow.emulator.small import Repeat, Tally, Tell, compiled, written


def typed(
    text: str = "a",
    count: int = 2,
    share: float = 0.5,
    sure: bool = True,
    many: list = [1, 2],  # noqa: B006 (the SDK reads the default, nobody changes it)
    named: dict = {"a": 1},  # noqa: B006
):
    for value in (text, count, share, sure, many, named):
        Tell(script=f"printf %s '{value}' > $1")


def repeated(times: int, mark: str = "y"):
    Repeat(times=times, mark=mark)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "'times' has neither a value nor a default"),
        ({"times": "3"}, "'times': '3' is not of type NUMBER_INTEGER"),
        ({"times": 3, "mark": 4}, "'mark': 4 is not of type STRING"),
        ({"times": 3, "tims": 3}, "that the pipeline does not have: tims"),
    ],
)
def test_a_run_with_wrong_parameters_is_refused_before_anything_runs(
    cluster, tmp_path, given, words
):
    with pytest.raises(JobRefused, match=words):
        cluster.run(compiled(repeated, tmp_path), given)

    assert not list(tmp_path.glob("logs/*"))


def test_a_parameter_of_the_run_reaches_the_command_line(cluster, tmp_path):
    job = compiled(repeated, tmp_path)

    assert written(cluster, cluster.run(job, {"times": 3}).tasks["repeat"]) == "yyy"
    assert written(cluster, cluster.run(job, {"times": 2, "mark": "z"}).tasks["repeat"]) == "zz"


def test_an_input_that_nobody_gives_has_the_default_of_its_component(cluster, tmp_path):
    def pipeline():
        Repeat(times=2)

    run = cluster.run(compiled(pipeline, tmp_path))

    assert written(cluster, run.tasks["repeat"]) == "xx"
    assert "mark" not in run.tasks["repeat"].told.inputs.parameter_values


def test_values_of_every_type_are_texts_on_the_command_line(cluster, tmp_path):
    run = cluster.run(compiled(typed, tmp_path))

    assert not run.failure
    assert [written(cluster, task) for task in run.tasks.values()] == [
        "a",
        "2",
        "0.5",
        "true",
        "[1,2]",
        '{"a":1}',
    ]


def test_an_input_that_is_missing_or_of_another_type_stops_the_task_before_it_runs(
    cluster, tmp_path
):
    job = compiled(repeated, tmp_path)
    defined = job.spec.components["comp-repeat"].input_definitions.parameters["times"]
    defined.parameter_type = pb.ParameterType.LIST
    assert "times: expected LIST, got number_value" in cluster.run(job, {"times": 2}).failure

    del job.spec.root.dag.tasks["repeat"].inputs.parameters["times"]
    run = cluster.run(job, {"times": 2})
    assert "times has neither a value nor a default" in run.failure
    assert run.tasks["repeat"].logs == ()


def test_a_number_becomes_a_text_where_a_text_is_declared(cluster, tmp_path):
    job = compiled(repeated, tmp_path)
    defined = job.spec.components["comp-repeat"].input_definitions.parameters["times"]
    defined.parameter_type = pb.ParameterType.STRING

    run = cluster.run(job, {"times": 2})

    assert run.tasks["repeat"].told.inputs.parameter_values["times"].string_value == "2"
    assert not run.failure


def test_what_a_step_leaves_in_a_file_is_a_parameter_of_the_next(cluster, tmp_path):
    def pipeline(text: str):
        Repeat(times=Tally(text=text).outputs["length"])

    run = cluster.run(compiled(pipeline, tmp_path), {"text": "four"})

    assert json_format.MessageToDict(run.tasks["tally"].outputs.parameters["length"]) == 4.0
    assert written(cluster, run.tasks["repeat"]) == "xxxx"


def test_a_step_that_leaves_another_type_than_it_declares_has_failed(cluster, tmp_path):
    @dsl.container_component
    def Wrong(length: dsl.OutputPath(int)):
        return dsl.ContainerSpec(
            image="small", command=["sh", "-c", 'echo many > "$0"'], args=[length]
        )

    def pipeline():
        Wrong()

    assert "launcher" in cluster.run(compiled(pipeline, tmp_path)).failure


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo '$(ACCESS)' '$(NOBODY)' > $1", "abc $(NOBODY)\n"),
        ("echo 'a$$b' > $1", "a$b\n"),
    ],
)
def test_the_kubelet_reads_dollars_in_a_command_line(cluster, tmp_path, script, told):
    def pipeline():
        Tell(script=script).set_env_variable("ACCESS", "abc")

    run = cluster.run(compiled(pipeline, tmp_path))

    assert written(cluster, run.tasks["tell"]) == told
