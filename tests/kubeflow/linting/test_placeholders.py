import pytest

from tests.kubeflow.linting.specs import broken, constant, executor, found, pipeline, task

ARGUMENT = "$.deploymentSpec.executors['exec-Trainer'].container.args[4]"
INPUT = "$.root.dag.tasks.ExampleGen.inputs.parameters.input.runtimeValue.constant"


def with_argument(argument):
    spec = pipeline()
    spec["deploymentSpec"]["executors"]["exec-Trainer"]["container"]["args"].append(argument)
    return spec


@pytest.mark.parametrize(
    "argument",
    [
        "--steps={{$.inputs.parameters['steps']}}",
        "{{$.inputs.artifacts['examples'].path}}",
        "{{$.outputs.artifacts['model'].uri}}",
        "{{$}}",
    ],
)
def test_the_launcher_fills_in_what_a_component_declares(argument):
    assert found(with_argument(argument)) == []


@pytest.mark.parametrize(
    "argument",
    [
        "{{$.inputs.parameters['epochs']}}",
        "{{$.inputs.artifacts['examples'].value}}",
        "{{$.inputs.artifacts['examples'].metadata['span']}}",
        "{{$.outputs.artifacts['examples'].path}}",
        "{{$.outputs.parameters['model'].output_file}}",
        "{{$.pipeline_job_name}}",
        "{{$.json_escape[1]}}",
    ],
)
def test_a_placeholder_that_nobody_fills_in_is_named(argument):
    assert found(with_argument(argument)) == [("command-placeholder", ARGUMENT)]


def test_nothing_is_filled_in_in_the_environment():
    spec = broken(*executor("Trainer"), "env",
                  to=[{"name": "STEPS", "value": "{{$.inputs.parameters['steps']}}"}])  # fmt: skip

    assert found(spec) == [("field-placeholder", f"{ARGUMENT.removesuffix('args[4]')}env[0].value")]


def test_an_image_is_one_parameter_or_none():
    image = (*executor("Trainer"), "image")

    assert found(broken(*image, to="{{$.inputs.parameters['steps']}}")) == []
    assert found(broken(*image, to="tfxp:{{$.inputs.parameters['steps']}}")) == [
        ("field-placeholder", f"{ARGUMENT.removesuffix('args[4]')}image")
    ]


@pytest.mark.parametrize(
    "value",
    ["{{$.pipeline_job_uuid}}", "of {{$.inputs.parameters['span']}}", "{{$.workspace_path}}/a"],
)
def test_a_constant_may_be_a_fact_of_the_run_or_hold_another_parameter(value):
    assert found(broken(*task("ExampleGen"), "inputs", "parameters", "input",
                        to=constant(value))) == []  # fmt: skip


@pytest.mark.parametrize(
    "value", ["run-{{$.pipeline_job_uuid}}", "{{$.inputs.parameters['steps']}}", "{{$.now}}"]
)
def test_a_placeholder_in_a_constant_that_nobody_fills_in_is_named(value):
    spec = broken(*task("ExampleGen"), "inputs", "parameters", "input", to=constant(value))

    assert found(spec) == [("constant-placeholder", INPUT)]


@pytest.mark.parametrize("value", ["{{workflow.name}}", "{{ item.x }}", "{{=1 + 1}}"])
def test_what_argo_takes_for_a_variable_of_its_own_is_named(value):
    spec = broken(*task("ExampleGen"), "inputs", "parameters", "input", to=constant(value))
    assert found(spec) == [("argo-tag", INPUT)]

    default = ("root", "inputDefinitions", "parameters", "span", "defaultValue")
    assert found(broken(*default, to=value)) == [("argo-tag", f"$.{'.'.join(default)}")]

    assert found(with_argument(value)) == [("argo-tag", ARGUMENT)]


def test_braces_that_mean_nothing_to_argo_are_fine():
    value = '{"a": {"b": {"c": "{{name}}"}}}'

    assert found(broken(*task("ExampleGen"), "inputs", "parameters", "input",
                        to=constant(value))) == []  # fmt: skip
