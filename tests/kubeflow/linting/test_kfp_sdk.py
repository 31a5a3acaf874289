"""Pipelines that the Kubeflow SDK itself compiled: there is nothing to find in them.

The SDK reads the signatures below: `Optional`, and defaults that are lists, are how it is told.
"""

# ruff: noqa: B006, UP045

from typing import Optional

import pytest
from kfp import compiler, dsl, kubernetes

from linting import lint
from linting.files import read_documents

# What the SDK makes of a function is a container with the function's source in it.
pytestmark = pytest.mark.filterwarnings("ignore")


@dsl.component(base_image="python:3.11")
def rows(text: str, count: int = 3, note: Optional[str] = None) -> str:
    """Says something."""
    return f"{text} {count} {note}"


@dsl.component(base_image="python:3.11", packages_to_install=["pandas"])
def learn(text: str, model: dsl.Output[dsl.Model], rate: float = 0.5, layers: list = [1]) -> int:
    """Writes a model."""
    with open(model.path, "w") as file:
        file.write("/tmp/not/a/path/of/the/compiling/machine")
    return 1


@dsl.container_component
def judge(model: dsl.Input[dsl.Model], verdict: dsl.OutputPath(str), name: Optional[str] = None):
    """Runs a program of an image."""
    return dsl.ContainerSpec(
        image="alpine",
        command=["/bin/sh", "-c", "ls $0 > $1", model.path, verdict],
        args=[
            dsl.IfPresentPlaceholder("name", then=["--name", dsl.ConcatPlaceholder(["a", name])])
        ],
    )


@dsl.component(base_image="python:3.11")
def tell(status: dsl.PipelineTaskFinalStatus, run: str):
    """Runs at the exit."""


@dsl.pipeline(name="two-steps")
def two_steps(text: str, count: int = 2):
    first = rows(text=text, count=count)
    learn(text=first.output)


@dsl.pipeline(name="everything")
def everything(text: str, items: list = ["a", "b"]):
    at_exit = tell(run=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    with dsl.ExitHandler(at_exit):
        first = rows(text=text).set_caching_options(False).set_memory_limit("2G").set_retry(2)
        model = learn(text=f"after {first.output}")
        kubernetes.mount_pvc(model, pvc_name="models", mount_path="/models")
        kubernetes.use_secret_as_env(model, secret_name="s", secret_key_to_env={"key": "KEY"})
        judge(model=model.outputs["model"], name="q")
        imported = dsl.importer(artifact_uri="gs://bucket/model", artifact_class=dsl.Model)
        judge(model=imported.output)
        with dsl.ParallelFor(items, parallelism=2) as item, dsl.If(item == "a"):
            rows(text=item)


@pytest.mark.parametrize("made", [two_steps, everything])
def test_a_pipeline_of_the_kubeflow_sdk_is_clean(tmp_path, made):
    path = tmp_path / "pipeline.yaml"
    compiler.Compiler().compile(made, str(path))

    assert lint(*read_documents(path)) == []
