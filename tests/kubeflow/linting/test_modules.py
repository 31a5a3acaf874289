import json

import pytest

from linting.image import image_holds
from tests.kubeflow.linting.specs import (
    broken,
    constant,
    executor,
    findings,
    found,
    pipeline,
    task,
)

TRAINER = "$.deploymentSpec.executors['exec-Trainer'].container"
RUN_FN = "$.root.dag.tasks.Trainer.inputs.parameters.run_fn.runtimeValue.constant"


def tfx(executor_class):
    """A container as TFX's own compiler writes it."""
    return {
        "image": "gcr.io/tfx-oss-public/tfx:1.21.0",
        "command": ["python", "-m", "tfx.orchestration.kubeflow.v2.container.run"],
        "args": ["--executor_class_path", executor_class, "--json_serialized_args", "{{$}}"],
    }


def test_an_executor_that_the_image_lacks_is_named():
    def lacks_b(name):
        return name != "components.b.Executor"

    (finding,) = findings(pipeline(), image_modules=lacks_b)

    assert (finding.rule, finding.place) == ("executor-module", f"{TRAINER}.args[1]")
    assert "'components.b.Executor'" in finding.message


def test_tfxs_own_form_of_an_executor_is_known_and_the_module_of_its_command():
    spec = broken(*executor("Trainer"), to=tfx("my.Executor"))

    rules = found(spec, image_modules=lambda name: not name.startswith(("my", "tfx")))

    assert rules == [
        ("executor-module", f"{TRAINER}.args[1]"),
        ("executor-module", f"{TRAINER}.command[2]"),
    ]


def test_a_script_that_the_project_does_not_have_is_named():
    spec = broken(*executor("Trainer"), "command", to=["python", "/app/kubeflow/entry.py"])

    assert found(spec) == [("executor-module", f"{TRAINER}.command[1]")]


def test_a_command_that_is_not_ours_has_an_image_of_its_own():
    other = {"image": "python:3.11", "command": ["python", "-m", "their.code"], "args": ["{{$}}"]}

    spec = broken(*executor("Trainer"), to=other)

    assert found(spec, image_modules=lambda name: name != "their.code") == []


@pytest.mark.parametrize(
    "value",
    ["user_code.run_fn", "gs://bucket/taxi.py", "taxi.py", "code@gs://b/code-0.0-py3-none-any.whl"],
)
def test_code_of_the_user_that_the_image_lacks_is_named(value):
    spec = broken(*task("Trainer"), "inputs", "parameters", "run_fn", to=constant(value))

    rules = found(spec, image_modules=lambda name: name.startswith("components."))

    assert rules == [("user-module", RUN_FN)]


def test_code_that_is_named_in_options_is_looked_for_too():
    options = json.dumps({"options": json.dumps({"build_model": "my_network.build"})})
    inputs = {"custom_config": constant(options)}
    spec = pipeline()
    spec["root"]["dag"]["tasks"]["Trainer"]["inputs"]["parameters"].update(inputs)

    (finding,) = findings(spec, image_modules=lambda name: name.startswith("components."))

    assert finding.rule == "user-module"
    assert "'my_network.build' (build_model)" in finding.message


@pytest.mark.parametrize("value", ["", "null", "components.training.entry.run_fn"])
def test_code_that_the_image_holds_or_that_is_not_given_is_fine(value):
    spec = broken(*task("Trainer"), "inputs", "parameters", "run_fn", to=constant(value))

    assert found(spec, image_modules=lambda name: name.startswith("components.")) == []


@pytest.mark.parametrize(
    "name",
    [
        "components",
        "components.evaluator.executor",
        "components.validation.data_gate.DataGate_Executor",  # made by TFX's @component
        "schema.features",
        "json",
        "os.path",
        "tfx.components.trainer.executor.GenericExecutor",
        "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor",
        "google.protobuf.json_format",
        "numpy",
        "registry.versions",
        "tfxp_client",
        "stepping.node.Node",
    ],
)
def test_the_image_holds_the_projects_rooms_and_the_locked_packages(name):
    assert image_holds(name)


@pytest.mark.parametrize(
    "name",
    [
        "components.nothing",
        "components.evaluator.executor.Nothing",
        "tests.stranger",
        "pymysql",  # locked, and left out of the image
        "benchmarks.compare",
        "kfp",  # the cluster's SDK is for the machine that compiles
        "pytest",
        "penguin_utils",
        "tfx.components.trainer.executor.NoExecutor",
        "not a name",
        "",
    ],
)
def test_the_image_holds_nothing_else(name):
    assert not image_holds(name)


def test_the_executor_of_a_node_that_says_nothing_is_named():
    spec = broken(*executor("Trainer"), "args", to=["--node", "{", "--executor_input", "{{$}}"])

    assert found(spec, image_modules=bool) == [("executor-module", f"{TRAINER}.args[1]")]
