"""The whole file: what it means, that it reads back, and that nothing of this machine is in it."""

import json
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from google.protobuf import json_format
from kfp import components
from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2

from linting import lint
from tests.kubeflow.compiling import reading
from tests.kubeflow.compiling.building import GRAPHS

PROJECT = Path(__file__).resolve().parents[3]
CLUSTERS = ("taxi", "everything", "imported")


def test_the_golden_pipeline_means_what_it_meant(compiled):
    golden = yaml.safe_load(Path(__file__).with_name("golden.yaml").read_text(encoding="utf-8"))
    one = compiled()
    spec = one.pipeline_spec

    found = {
        "info": {key: spec[key] for key in golden["info"]},
        "inputs": {
            name: declared["defaultValue"]
            for name, declared in spec["root"]["inputDefinitions"]["parameters"].items()
        },
        "steps": {
            name: {
                "executor": reading.told(one, name)["executor"],
                "takes": [
                    f"{source['producerTask']}.{source['outputArtifactKey']}"
                    for given in task.get("inputs", {}).get("artifacts", {}).values()
                    for source in [given["taskOutputArtifact"]]
                ],
                "makes": reading.told(one, name)["outputs"],
                "cached": task["cachingOptions"].get("enableCache", False),
                "retries": task.get("retryPolicy", {}).get("maxRetryCount", 0),
                "asks": [
                    reading.container(one, name)["resources"][key]
                    for key in ("resourceCpuRequest", "resourceMemoryRequest")
                ],
            }
            for name, task in reading.tasks(one).items()
        },
    }

    for step in (*found["steps"].values(), *golden["steps"].values()):
        step["takes"] = sorted(step["takes"])
    assert found == golden


def test_the_spec_says_which_schema_it_has_and_who_made_it(compiled):
    spec = compiled().pipeline_spec

    assert spec["schemaVersion"] == "2.1.0"
    assert spec["sdkVersion"] == f"tfxp-{metadata.version('tfxp')}"
    assert spec["pipelineInfo"]["name"] == "taxi"
    assert spec["defaultPipelineRoot"] == "minio://mlpipeline/tfxp"


@pytest.mark.parametrize("name", CLUSTERS)
def test_kubeflow_s_sdk_loads_the_file(compiled, tmp_path, name):
    file = tmp_path / "pipeline.yaml"
    file.write_text(compiled(name).text("yaml"), encoding="utf-8")

    loaded = components.load_component_from_file(str(file))

    assert loaded.name == "taxi"
    assert set(loaded.component_spec.inputs) == {"span", "window", "training_steps", "model_name"}
    assert set(loaded.platform_spec.platforms) == {"kubernetes"}


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_file_reads_back_as_what_was_compiled(compiled, name):
    found = compiled(name)

    spec, platform = yaml.safe_load_all(found.text("yaml"))

    assert spec == found.pipeline_spec
    assert platform == found.platform_spec
    message = json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
    assert message.root.dag.tasks["Trainer"].component_ref.name == "comp-trainer"
    json_format.ParseDict(spec["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
    for config in platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"].values():
        json_format.ParseDict(config, kubernetes_executor_config_pb2.KubernetesExecutorConfig())


@pytest.mark.parametrize("name", [*CLUSTERS, "vertex"])
def test_executors_are_containers_with_a_command(compiled, name):
    executors = compiled(name).pipeline_spec["deploymentSpec"]["executors"]

    assert all(set(executor) == {"container"} for executor in executors.values())
    assert all(executor["container"]["command"] for executor in executors.values())


@pytest.mark.parametrize("name", [*CLUSTERS, "vertex"])
def test_nothing_of_this_machine_is_in_it(compiled, name):
    text = compiled(name).text("yaml")

    for place in (PROJECT, Path.home(), Path.cwd(), Path("/tmp")):
        assert f"{place}/" not in text
    assert "file://" not in text


@pytest.mark.parametrize("name", [*CLUSTERS, "vertex"])
def test_the_linter_finds_nothing(compiled, name):
    found = compiled(name)

    assert lint(found.pipeline_spec, found.platform_spec) == []


def test_the_same_pipeline_is_the_same_text(compiled):
    assert compiled("everything").text("yaml") == compiled("everything").text("yaml")


def test_keys_are_in_the_order_of_their_letters_so_that_a_diff_is_short(compiled):
    def keys(value):
        if isinstance(value, dict):
            yield list(value)
            for below in value.values():
                yield from keys(below)

    spec, platform = yaml.safe_load_all(compiled("everything").text("yaml"))

    for found in (*keys(spec), *keys(platform)):
        assert found == sorted(found)


def test_a_comment_says_what_it_is_and_what_a_run_may_set(compiled):
    lines = compiled().text("yaml").splitlines()

    assert lines[0].startswith("# taxi: From the rows of package://tfx/")
    assert "#   training_steps: 20000" in lines
    assert "#   model_name: taxi" in lines


def test_one_line_holds_all_that_a_step_is_told(compiled):
    found = compiled("everything")
    text = found.text("yaml")

    for name in reading.tasks(found):
        line = json.dumps(reading.told(found, name), separators=(",", ":"))
        assert f"- '{line}'\n" in text


def test_every_graph_of_these_tests_is_compiled_in_one_of_them():
    assert set(GRAPHS) == {*CLUSTERS, "vertex", "local"}
