import pytest

from tests.kubeflow.linting.specs import broken, findings, found, pipeline, task

TRAINER = "$.root.dag.tasks.Trainer"


def test_a_component_that_is_not_there_is_named_with_those_that_are():
    (finding,) = findings(broken(*task("Trainer"), "componentRef", "name", to="comp-Trianer"))

    assert (finding.rule, finding.place) == ("component-reference", f"{TRAINER}.componentRef")
    assert finding.remedy == "name one of: comp-ExampleGen, comp-Trainer, root"


def test_an_executor_that_is_not_there_is_named():
    place = ("components", "comp-Trainer", "executorLabel")

    assert found(broken(*place, to="exec")) == [
        ("component-reference", "$.components['comp-Trainer'].executorLabel")
    ]


def test_a_component_that_runs_nothing_is_refused():
    assert found(broken("components", "comp-Trainer", "executorLabel", to=...)) == [
        ("component-reference", "$.components['comp-Trainer']")
    ]


def test_a_task_that_waits_for_one_that_is_not_there_is_refused():
    assert found(broken(*task("Trainer"), "dependentTasks", to=["Transform"])) == [
        ("task-reference", f"{TRAINER}.dependentTasks[0]")
    ]


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ({"producerTask": "Transform", "outputArtifactKey": "examples"}, "'Transform'"),
        ({"producerTask": "ExampleGen", "outputArtifactKey": "rows"}, "'rows'"),
    ],
)
def test_an_input_from_an_output_that_is_not_there_is_refused(source, missing):
    spec = broken(*task("Trainer"), "inputs", "artifacts", "examples", "taskOutputArtifact",
                  to=source)  # fmt: skip

    (finding,) = findings(spec)

    assert finding.rule == "input-reference"
    assert finding.place == f"{TRAINER}.inputs.artifacts.examples"
    assert missing in finding.message


def test_an_input_of_the_pipeline_that_is_not_there_is_refused():
    place = (*task("ExampleGen"), "inputs", "parameters", "span")

    assert found(broken(*place, to={"componentInputParameter": "window"})) == [
        ("input-reference", "$.root.dag.tasks.ExampleGen.inputs.parameters.span")
    ]


@pytest.mark.parametrize("kind", ["parameters", "artifacts"])
def test_what_a_component_needs_must_be_given(kind):
    spec = broken(*task("Trainer"), "inputs", kind, to={})

    assert set(found(spec)) == {("required-input", f"{TRAINER}.inputs.{kind}")}


@pytest.mark.parametrize("free", [{"isOptional": True}, {"defaultValue": 5}])
def test_what_is_optional_or_has_a_default_need_not_be_given(free):
    spec = broken(*task("Trainer"), "inputs", "parameters", "steps", to=...)
    spec["components"]["comp-Trainer"]["inputDefinitions"]["parameters"]["steps"].update(free)

    assert found(spec) == []


def test_tasks_that_wait_for_each_other_are_refused_with_the_circle():
    (finding,) = findings(broken(*task("ExampleGen"), "dependentTasks", to=["Trainer"]))

    assert finding.rule == "cycle"
    assert "ExampleGen → Trainer → ExampleGen" in finding.message


def test_a_component_that_contains_itself_is_refused():
    spec = pipeline()
    inner = {"taskInfo": {"name": "Again"}, "componentRef": {"name": "comp-again"}}
    spec["components"]["comp-again"] = {"dag": {"tasks": {"Again": inner}}}
    spec["root"]["dag"]["tasks"]["Again"] = inner

    assert found(spec) == [("cycle", "$.components['comp-again']")]
