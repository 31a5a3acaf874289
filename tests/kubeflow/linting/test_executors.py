import copy

import pytest

from tests.kubeflow.linting.specs import (
    broken,
    container,
    executor,
    findings,
    found,
    pipeline,
    platform,
)

TRAINER = "$.deploymentSpec.executors['exec-Trainer']"
EXECUTOR = ("deploymentSpec", "executors", "exec-Trainer")


def test_a_pipeline_that_a_cluster_runs_has_no_findings():
    assert found(pipeline()) == []
    assert found(pipeline(), platform()) == []


def test_a_resolver_is_refused():
    spec = broken(*EXECUTOR, to={"resolver": {"outputArtifactQueries": {}}})

    assert found(spec) == [("resolver", f"{TRAINER}.resolver")]


@pytest.mark.parametrize("kind", [{"customJob": {"customJob": {}}}, {}])
def test_what_is_neither_a_container_nor_an_importer_is_refused(kind):
    assert found(broken(*EXECUTOR, to=kind)) == [("executor-kind", TRAINER)]


def test_an_importer_is_fine():
    importer = {
        "artifactUri": {"constant": "gs://bucket/examples"},
        "typeSchema": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
    }

    assert found(broken(*EXECUTOR, to={"importer": importer})) == []


def test_a_container_without_a_command_is_refused_and_what_would_run_instead_is_said():
    (finding,) = findings(broken(*executor("Trainer"), "command", to=...))

    assert (finding.rule, finding.place) == ("command", f"{TRAINER}.container.command")
    assert "would run '--node'" in finding.message


def test_a_container_without_an_image_is_refused():
    assert found(broken(*executor("Trainer"), "image", to="")) == [
        ("image", f"{TRAINER}.container.image")
    ]


def test_a_hook_that_kfp_never_runs_is_named():
    hook = {"preCacheCheck": {"command": ["python", "-m", "driver"]}}

    assert found(broken(*executor("Trainer"), "lifecycle", to=hook)) == [
        ("lifecycle", f"{TRAINER}.container.lifecycle.preCacheCheck")
    ]


def test_two_components_with_the_same_container_must_have_the_same_inputs():
    spec = broken(*executor("Trainer"), to=container("Other", "components.a.Executor"))
    spec["deploymentSpec"]["executors"]["exec-ExampleGen"] = copy.deepcopy(
        spec["deploymentSpec"]["executors"]["exec-Trainer"]
    )

    assert found(spec) == [("twins", "$.components['comp-Trainer']")]


def test_an_amount_that_kubernetes_does_not_know_is_refused():
    place = (*executor("Trainer"), "resources", "resourceMemoryRequest")

    assert found(broken(*place, to="2Gb")) == [
        ("quantity", f"{TRAINER}.container.resources.resourceMemoryRequest")
    ]
    assert found(broken(*place, to="{{$.inputs.parameters['steps']}}")) == []
