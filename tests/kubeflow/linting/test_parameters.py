import pytest

from tests.kubeflow.linting.specs import broken, constant, findings, found, pipeline, task

STEPS = ("root", "inputDefinitions", "parameters", "training_steps")
DEFAULT = "$.root.inputDefinitions.parameters.training_steps.defaultValue"


def test_the_old_type_of_a_parameter_is_refused():
    spec = broken("components", "comp-ExampleGen", "inputDefinitions", "parameters", "input",
                  to={"type": "STRING"})  # fmt: skip

    (finding,) = findings(spec)

    assert finding.rule == "parameter-type"
    assert finding.place == "$.components['comp-ExampleGen'].inputDefinitions.parameters"
    assert "parameter input with the old `type`" in finding.message


@pytest.mark.parametrize("kind", ["PARAMETER_TYPE_ENUM_UNSPECIFIED", ...])
def test_a_parameter_without_a_type_is_refused(kind):
    assert found(broken(*STEPS, "parameterType", to=kind)) == [
        ("parameter-type", "$.root.inputDefinitions.parameters")
    ]


@pytest.mark.parametrize("default", ["100", 0.5, True, [100]])
def test_a_default_of_another_type_is_refused(default):
    assert found(broken(*STEPS, "defaultValue", to=default)) == [("parameter-default", DEFAULT)]


@pytest.mark.parametrize(
    ("kind", "default"),
    [("NUMBER_INTEGER", 5), ("NUMBER_DOUBLE", 5), ("NUMBER_DOUBLE", 0.5)],
)
def test_a_default_of_the_type_is_fine(kind, default):
    spec = broken(*STEPS, to={"parameterType": kind, "defaultValue": default})

    assert found(spec) == []


@pytest.mark.parametrize(
    ("kind", "value"), [("STRUCT", {"a": 1}), ("LIST", [1]), ("BOOLEAN", True)]
)
def test_objects_lists_and_truth_values_have_types_of_their_own(kind, value):
    extra = {"extra": {"parameterType": kind, "defaultValue": value}}
    spec = pipeline()
    spec["root"]["inputDefinitions"]["parameters"].update(extra)
    assert found(spec) == []
    spec["root"]["inputDefinitions"]["parameters"]["extra"]["defaultValue"] = "text"

    assert found(spec) == [
        ("parameter-default", "$.root.inputDefinitions.parameters.extra.defaultValue")
    ]


def test_the_status_of_a_task_is_no_input_of_a_pipeline():
    spec = pipeline()
    inputs = spec["root"]["inputDefinitions"]["parameters"]
    inputs["status"] = {"parameterType": "TASK_FINAL_STATUS"}

    assert found(spec) == [("parameter-type", "$.root.inputDefinitions.parameters.status")]


@pytest.mark.parametrize(
    "old", [{"constantValue": {"stringValue": "gs://data"}}, {"runtimeParameter": "span"}]
)
def test_the_old_forms_of_a_constant_are_refused(old):
    place = (*task("ExampleGen"), "inputs", "parameters", "input", "runtimeValue")

    assert found(broken(*place, to=old)) == [
        ("constant", "$.root.dag.tasks.ExampleGen.inputs.parameters")
    ]


def test_a_constant_is_of_the_type_of_its_parameter():
    place = (*task("Trainer"), "inputs", "parameters", "steps")

    assert found(broken(*place, to=constant(200))) == []
    assert found(broken(*place, to=constant("200"))) == [
        ("constant", "$.root.dag.tasks.Trainer.inputs.parameters.steps.runtimeValue.constant")
    ]


def test_a_text_takes_a_constant_of_any_type():
    place = (*task("ExampleGen"), "inputs", "parameters", "input")

    assert found(broken(*place, to=constant(200))) == []


def test_a_text_is_not_given_to_a_number():
    place = (*task("Trainer"), "inputs", "parameters", "steps")

    assert found(broken(*place, to={"componentInputParameter": "span"})) == [
        ("connection", "$.root.dag.tasks.Trainer.inputs.parameters.steps")
    ]


def test_a_number_may_be_given_to_a_text():
    place = (*task("ExampleGen"), "inputs", "parameters", "span")

    assert found(broken(*place, to={"componentInputParameter": "training_steps"})) == []


def test_an_output_is_of_the_type_of_the_input():
    spec = pipeline()
    outputs = spec["components"]["comp-ExampleGen"]["outputDefinitions"]
    outputs["parameters"] = {"rows": {"parameterType": "STRING"}}
    given = {"producerTask": "ExampleGen", "outputParameterKey": "rows"}
    inputs = spec["root"]["dag"]["tasks"]["Trainer"]["inputs"]["parameters"]
    inputs["steps"] = {"taskOutputParameter": given}

    assert found(spec) == [("connection", "$.root.dag.tasks.Trainer.inputs.parameters.steps")]
    outputs["parameters"]["rows"]["parameterType"] = "NUMBER_DOUBLE"
    assert found(spec) == []
