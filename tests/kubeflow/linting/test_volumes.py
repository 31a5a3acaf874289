import pytest

from tests.kubeflow.linting.specs import broken, findings, found, pipeline, platform

EXECUTORS = ("platforms", "kubernetes", "deploymentSpec", "executors")
TRAINER = "$.platforms.kubernetes.deploymentSpec.executors['exec-Trainer']"


def test_a_platform_spec_names_executors_that_there_are():
    (finding,) = findings(pipeline(), broken(*EXECUTORS, "exec-Trianer", to={}, within=platform))

    assert finding.rule == "platform-executor"
    assert finding.remedy == "name one of: exec-ExampleGen, exec-Trainer"


@pytest.mark.parametrize("path", ["/", "/app", "/minio"])
def test_a_volume_hides_nothing_that_is_needed(path):
    mount = (*EXECUTORS, "exec-Trainer", "pvcMount", 0, "mountPath")

    assert found(pipeline(), broken(*mount, to=path, within=platform)) == [("mount", TRAINER)]


def test_two_volumes_are_not_mounted_at_one_path():
    empty = [{"volumeName": "scratch", "mountPath": "/models"}]
    keys = (*EXECUTORS, "exec-Trainer", "emptyDirMounts")

    assert found(pipeline(), broken(*keys, to=empty, within=platform)) == [("mount", TRAINER)]
