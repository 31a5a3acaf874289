"""The job of Vertex AI, read by Google's own SDK."""

import json

import pytest
import yaml

from tests.kubeflow.compiling import reading


def test_the_job_holds_the_pipeline_its_root_and_the_values_of_its_inputs(compiled):
    job = json.loads(compiled("vertex").text("json"))

    assert set(job) == {"displayName", "pipelineSpec", "runtimeConfig"}
    assert job["displayName"] == "taxi"
    assert job["pipelineSpec"] == compiled("vertex").pipeline_spec
    assert job["runtimeConfig"] == {
        "gcsOutputDirectory": "gs://example-bucket/tfxp/runs",
        "parameterValues": {
            "span": "newest",
            "window": 1,
            "training_steps": 20000,
            "model_name": "taxi",
        },
    }


def test_it_is_the_graph_of_kubeflow(compiled):
    of_kubeflow, of_vertex = reading.tasks(compiled()), reading.tasks(compiled("vertex"))

    assert {name: task.get("dependentTasks") for name, task in of_kubeflow.items()} == {
        name: task.get("dependentTasks") for name, task in of_vertex.items()
    }


def test_nothing_of_kubernetes_is_in_it(compiled):
    found = compiled("vertex")

    assert found.platform_spec is None
    assert list(yaml.safe_load_all(found.text("yaml"))) == [found.job]


def test_the_machine_is_chosen_by_the_limits_which_are_what_is_requested(compiled):
    resources = reading.container(compiled("vertex"), "Trainer")["resources"]

    assert (resources["cpuLimit"], resources["memoryLimit"]) == (2, 4.294967296)


def test_it_waits_no_longer_between_attempts_than_vertex_allows(compiled):
    policy = reading.tasks(compiled("vertex"))["Trainer"]["retryPolicy"]

    assert policy["backoffMaxDuration"] == "3600s"


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_google_s_sdk_reads_the_job(compiled, tmp_path, form):
    aiplatform = pytest.importorskip("google.cloud.aiplatform")
    from google.auth.credentials import AnonymousCredentials

    file = tmp_path / f"job.{form}"
    file.write_text(compiled("vertex").text(form), encoding="utf-8")

    job = aiplatform.PipelineJob(
        display_name="taxi",
        template_path=str(file),
        parameter_values={"training_steps": 200},
        project="example-project",
        location="europe-west1",
        credentials=AnonymousCredentials(),
    )

    read = job._gca_resource
    assert read.runtime_config.gcs_output_directory == "gs://example-bucket/tfxp/runs"
    assert read.runtime_config.parameter_values["training_steps"] == 200
    assert read.runtime_config.parameter_values["model_name"] == "taxi"
    assert read.pipeline_spec["pipelineInfo"]["name"] == "taxi"
