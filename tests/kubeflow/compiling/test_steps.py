"""What a step runs, what it asks for, how often it is tried, and whether it may be skipped."""

import pytest

from pipeline.runner.outside import LOOKING_NODES
from tests.kubeflow.compiling import reading

COMMAND = ["python", "/app/kubeflow/entrypoint.py"]


def test_every_step_runs_the_entrypoint_of_the_image(compiled):
    found = compiled("everything", "kubeflow.image=other.example.com/tfxp@sha256:" + "a" * 64)

    for name in reading.tasks(found):
        container = reading.container(found, name)
        assert container["command"] == COMMAND
        assert container["image"] == "other.example.com/tfxp@sha256:" + "a" * 64
        assert [container["args"][0], *container["args"][2:]] == [
            "--node",
            "--executor_input",
            "{{$}}",
        ]
        assert "\n" not in container["args"][1]
        assert reading.told(found, name)["id"] == name


def test_a_step_asks_for_what_its_node_says_and_for_the_rest_as_all_do(compiled):
    found = compiled(
        "taxi",
        "kubeflow.resources.cpu=500m",
        "kubeflow.resources.memory_limit=8Gi",
        "kubeflow.nodes.Trainer={cpu='4', memory='6Gi', cpu_limit='8'}",
    )

    assert reading.container(found, "Trainer")["resources"] == {
        "resourceCpuRequest": "4",
        "cpuRequest": 4,
        "resourceCpuLimit": "8",
        "cpuLimit": 8,
        "resourceMemoryRequest": "6Gi",
        "memoryRequest": 6.442450944,
        "resourceMemoryLimit": "8Gi",
        "memoryLimit": 8.589934592,
    }
    assert reading.container(found, "Pusher")["resources"] == {
        "resourceCpuRequest": "500m",
        "cpuRequest": 0.5,
        "resourceMemoryRequest": "2Gi",
        "memoryRequest": 2.147483648,
        "resourceMemoryLimit": "8Gi",
        "memoryLimit": 8.589934592,
    }


def test_an_accelerator_is_asked_for_by_the_node_that_uses_it(compiled):
    found = compiled("taxi", "kubeflow.nodes.Trainer.accelerator=nvidia.com/gpu")

    with_one = {
        name: container["accelerator"]
        for name in reading.tasks(found)
        if "accelerator" in (container := reading.container(found, name)["resources"])
    }

    assert with_one == {
        "Trainer": {
            "resourceType": "nvidia.com/gpu",
            "resourceCount": "1",
            "type": "nvidia.com/gpu",
            "count": "1",
        }
    }


def test_a_step_is_tried_again_as_often_as_the_place_or_its_node_says(compiled):
    found = compiled(
        "taxi",
        "kubeflow.retries=3",
        "kubeflow.nodes.DataGate.retries=0",
        "kubeflow.nodes.Trainer.retries=1",
    )
    tasks = reading.tasks(found)

    counts = {
        name: task.get("retryPolicy", {}).get("maxRetryCount", 0) for name, task in tasks.items()
    }

    assert counts == dict.fromkeys(tasks, 3) | {"DataGate": 0, "Pusher": 0, "Trainer": 1}
    assert "retryPolicy" not in tasks["DataGate"]


def test_a_step_that_fails_after_hours_is_tried_again(compiled):
    policy = reading.tasks(compiled("taxi", "kubeflow.retries=1"))["Trainer"]["retryPolicy"]

    assert int(policy["backoffMaxDuration"].removesuffix("s")) > 24 * 3600


def test_what_looks_outside_the_graph_runs_each_time_and_the_rest_may_be_cached(compiled):
    tasks = reading.tasks(compiled("everything"))

    cached = {name for name, task in tasks.items() if task["cachingOptions"].get("enableCache")}

    assert cached == set(tasks) - LOOKING_NODES
    assert {"ExampleGen", "BaselineModel", "StableModel", "Pusher", "BulkInferrer"} <= LOOKING_NODES


def test_a_node_may_be_cached_or_not_as_the_place_says(compiled):
    tasks = reading.tasks(
        compiled(
            "taxi", "kubeflow.nodes.ExampleGen.cache=true", "kubeflow.nodes.Trainer.cache=false"
        )
    )

    assert tasks["ExampleGen"]["cachingOptions"]["enableCache"] is True
    assert not tasks["Trainer"]["cachingOptions"].get("enableCache", False)


def test_changed_code_is_another_command_which_has_no_cached_result(compiled, monkeypatch):
    before = compiled()
    monkeypatch.setattr("pipeline.runner.code_version.of_step", lambda *_: {"a.py": "changed"})

    after = compiled()

    for name in reading.tasks(before):
        assert reading.told(before, name)["code"] != reading.told(after, name)["code"]


def test_the_environment_of_the_place_is_every_step_s(compiled):
    found = compiled("taxi", "kubeflow.env={AWS_ENDPOINT_URL_S3='http://minio:9000', A='1'}")

    for name in reading.tasks(found):
        assert reading.container(found, name)["env"] == [
            {"name": "AWS_ENDPOINT_URL_S3", "value": "http://minio:9000"},
            {"name": "A", "value": "1"},
        ]


@pytest.mark.parametrize(
    ("node", "key", "title"),
    [
        ("ExampleGen", "examples", "system.Dataset"),
        ("Trainer", "model", "system.Model"),
        ("BaselineModel", "baseline", "system.Model"),
        ("Pusher", "pushed_model", "system.Model"),
        ("Evaluator", "evaluation", "system.Artifact"),
    ],
)
def test_an_artifact_is_shown_as_what_kubeflow_knows(compiled, node, key, title):
    outputs = reading.component(compiled(), node)["outputDefinitions"]["artifacts"]

    assert outputs[key] == {"artifactType": {"schemaTitle": title, "schemaVersion": "0.0.1"}}


def test_parameters_are_typed_as_the_executor_takes_them(compiled):
    declared = reading.component(compiled(), "Transform")["inputDefinitions"]["parameters"]

    assert declared["disable_statistics"] == {"parameterType": "NUMBER_INTEGER"}
    assert declared["custom_config"] == {"parameterType": "STRING"}
    assert reading.told(compiled(), "Transform")["parameters"]["disable_statistics"] == "INT"
