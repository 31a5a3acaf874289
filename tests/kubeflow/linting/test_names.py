import pytest

from linting.places import at
from tests.kubeflow.linting.specs import broken, found, pipeline, task


@pytest.mark.parametrize("name", ["Taxi", "-taxi", "taxi_trips", "t" * 129, ""])
def test_a_pipeline_name_that_kubernetes_would_not_take_is_refused(name):
    assert found(broken("pipelineInfo", "name", to=name)) == [
        ("pipeline-name", "$.pipelineInfo.name")
    ]


def test_a_pipeline_name_may_be_128_letters_long():
    assert found(broken("pipelineInfo", "name", to="t" * 128)) == []


@pytest.mark.parametrize("name", ["latest_model", "1st", "a.b", "t" * 122])
def test_a_task_name_that_argo_would_not_take_is_refused(name):
    spec = pipeline()
    tasks = spec["root"]["dag"]["tasks"]
    tasks[name] = tasks.pop("Trainer")

    (rule, place) = found(spec)[0]

    assert rule == "task-name"
    assert name in place


def test_a_task_may_not_have_the_name_of_the_driver_of_another_one():
    spec = pipeline()
    tasks = spec["root"]["dag"]["tasks"]
    tasks["ExampleGen-driver"] = tasks.pop("Trainer")

    assert found(spec) == [("task-name", "$.root.dag.tasks['ExampleGen-driver']")]


def test_a_task_without_a_name_in_its_info_is_refused():
    assert found(broken(*task("Trainer"), "taskInfo", to=...)) == [
        ("task-name", "$.root.dag.tasks.Trainer.taskInfo.name")
    ]


def test_a_component_name_that_argo_would_not_take_is_refused():
    spec = pipeline()
    spec["components"]["comp.Trainer"] = spec["components"].pop("comp-Trainer")
    spec["root"]["dag"]["tasks"]["Trainer"]["componentRef"]["name"] = "comp.Trainer"

    assert found(spec) == [("component-name", "$.components['comp.Trainer']")]


@pytest.mark.parametrize("name", ["entrypoint", "system-dag-driver", "my_group"])
def test_a_component_of_tasks_becomes_a_template_with_a_name_of_its_own(name):
    spec = pipeline()
    spec["components"][name] = {"dag": spec["root"]["dag"]}
    spec["components"][name]["inputDefinitions"] = spec["root"]["inputDefinitions"]
    group = {"taskInfo": {"name": "Group"}, "componentRef": {"name": name}}
    spec["root"]["dag"] = {"tasks": {"Group": group}}

    assert found(spec) == [("component-name", at("$.components", name))]
