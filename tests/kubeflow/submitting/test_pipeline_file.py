"""A compiled pipeline is read as far as whoever submits it must know it."""

import copy

import pytest

from pipeline.config import ConfigError
from submitting.parameters import parameter_values
from submitting.pipeline_file import Parameter, pipeline_of, read_pipeline
from tests.kubeflow.submitting import pipelines


@pytest.fixture
def pipeline():
    return pipeline_of([pipelines.spec(), pipelines.platform()])


def test_steps_stand_in_an_order_in_which_they_can_run(pipeline):
    assert list(pipeline.tasks) == ["ExampleGen", "Trainer", "Pusher"]
    assert pipeline.tasks["Pusher"].upstream == ("Trainer",)
    assert [task.may_retry for task in pipeline.tasks.values()] == [False, True, False]


def test_steps_that_wait_for_each_other_are_no_pipeline(file):
    spec = pipelines.spec()
    spec["root"]["dag"]["tasks"]["ExampleGen"]["dependentTasks"] = ["Pusher"]
    pipelines.write(file, spec)

    with pytest.raises(ConfigError, match="tasks that wait for each other"):
        read_pipeline(file)


def test_labels_of_pods_are_counted():
    platform = pipelines.platform()
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    executors["exec-Trainer"]["podMetadata"] = {"annotations": {"a": "1"}, "labels": {"b": "2"}}

    tasks = pipeline_of([pipelines.spec(), platform]).tasks
    assert tasks["Trainer"].pod_labels == (1, 1)
    assert tasks["Pusher"].pod_labels is None


def test_the_version_is_named_after_the_content_and_not_its_order(pipeline):
    turned = copy.deepcopy(pipelines.spec())
    turned["root"]["dag"]["tasks"] = dict(reversed(turned["root"]["dag"]["tasks"].items()))
    without_volumes = pipeline_of([pipelines.spec()])

    assert pipeline_of([turned, pipelines.platform()]).version == pipeline.version
    assert without_volumes.version != pipeline.version
    assert pipeline.version.startswith("taxi-")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "No such file"),
        ("a: [", "not YAML"),
        ("a: 1", "no compiled pipeline"),
        ("", "no compiled pipeline"),
        ("- a", "no compiled pipeline"),
    ],
)
def test_another_file_is_no_pipeline(tmp_path, text, told):
    path = tmp_path / "pipeline.yaml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigError, match=told) as caught:
        read_pipeline(path)
    assert "tfxp kubeflow compile" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("STRING", "7", "7"),
        ("STRING", "a=b", "a=b"),
        ("NUMBER_INTEGER", "-3", -3),
        ("NUMBER_DOUBLE", "1e-3", 0.001),
        ("BOOLEAN", "True", True),
        ("BOOLEAN", "false", False),
        ("LIST", "[1, 2]", [1, 2]),
        ("STRUCT", '{"a": 1}', {"a": 1}),
    ],
)
def test_a_text_becomes_the_inputs_type(pipeline, kind, text, value):
    pipeline.parameters["x"] = Parameter(kind)

    assert parameter_values(pipeline, [f"x={text}"])["x"] == value


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["training_steps=many"], "--param training_steps: 'many'; expected a whole number"),
        (["training_step=1"], "did you mean training_steps? Its inputs: span, training_steps"),
        (["span"], "--param span: no value; expected span=VALUE"),
        (["span=1", "span=2"], "--param span: given twice"),
        (["flag=yes"], "--param flag: 'yes'; expected true or false"),
        (["items={}"], "--param items: '{}'; expected a JSON list"),
        ([], "--param flag: missing; expected true or false"),
    ],
)
def test_a_wrong_parameter_is_told_before_anything_is_sent(pipeline, texts, told):
    pipeline.parameters.update(flag=Parameter("BOOLEAN"), items=Parameter("LIST"))

    with pytest.raises(ConfigError) as caught:
        parameter_values(pipeline, texts)
    assert told in str(caught.value)


def test_what_keeps_its_default_is_not_sent(pipeline):
    assert parameter_values(pipeline, []) == {}
