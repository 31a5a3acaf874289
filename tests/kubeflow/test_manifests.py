"""The Kubernetes objects are what Kubernetes takes, and fit together."""

import kubernetes_validate
import pytest

from serving.metrics import PATH
from tests.kubeflow.manifests import (
    BUCKET,
    SERVING,
    container,
    documents,
    flags,
    kustomization,
    pods,
)

OLDEST = "1.30"


def merged(base, patch):
    """As kustomize merges them, where no list is patched."""
    return base | {
        key: merged(base[key], value) if isinstance(base.get(key), dict) else value
        for key, value in patch.items()
    }


def applied():
    """Every object that is applied; a patch has only what it changes."""
    base, bucket = documents(SERVING), documents(BUCKET)
    bucket["pods.yaml"] = merged(base["deployment.yaml"], bucket["pods.yaml"])
    for folder, found in (("serving", base), ("serving-bucket", bucket)):
        for name, content in found.items():
            yield pytest.param(content, id=f"{folder}/{name}")


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize("found", list(applied()))
def test_kubernetes_knows_every_field(found, version):
    kubernetes_validate.validate(found, version, strict=True)


@pytest.mark.parametrize("folder", [SERVING, BUCKET])
def test_every_file_of_the_folder_is_applied_and_every_applied_file_is_there(folder):
    told = kustomization(folder)
    used = {name for name in told["resources"] if name.endswith(".yaml")}
    used |= {patch["path"] for patch in told.get("patches", ())}

    assert used == set(documents(folder))
    assert all((folder / name).exists() for name in told["resources"])


def test_service_budget_autoscaler_and_deployment_mean_the_same_pods():
    found = documents(SERVING)
    labels = pods()["metadata"]["labels"]
    spread = pods()["spec"]["topologySpreadConstraints"][0]
    target = found["autoscaler.yaml"]["spec"]["scaleTargetRef"]
    deployment = found["deployment.yaml"]

    assert found["service.yaml"]["spec"]["selector"] == labels
    assert found["disruption-budget.yaml"]["spec"]["selector"]["matchLabels"] == labels
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert spread["labelSelector"]["matchLabels"] == labels
    assert (target["kind"], target["name"]) == ("Deployment", deployment["metadata"]["name"])
    assert target["apiVersion"] == deployment["apiVersion"]
    assert "replicas" not in deployment["spec"]


def test_a_drained_node_leaves_one_pod_and_a_rollout_all():
    found = documents(SERVING)

    budget = found["disruption-budget.yaml"]["spec"]["maxUnavailable"]
    assert found["autoscaler.yaml"]["spec"]["minReplicas"] > budget
    assert found["deployment.yaml"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_ports_are_those_of_the_server_everywhere():
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    told = flags(container()["args"])
    service = documents(SERVING)["service.yaml"]["spec"]["ports"]
    annotations = pods()["metadata"]["annotations"]

    assert ports == {"grpc": 8500, "rest": 8501}
    assert (told["port"], told["rest_api_port"]) == ("8500", "8501")
    assert {port["targetPort"]: port["port"] for port in service} == ports
    assert container()["livenessProbe"]["grpc"]["port"] == ports["grpc"]
    assert container()["readinessProbe"]["httpGet"]["port"] == "rest"
    assert container()["startupProbe"]["httpGet"]["port"] == "rest"
    assert annotations["prometheus.io/port"] == told["rest_api_port"]
    assert annotations["prometheus.io/path"] == PATH


def test_what_the_server_reads_is_mounted_and_read_only():
    mounts = {mount["name"]: mount for mount in container()["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pods()["spec"]["volumes"]}
    told = flags(container()["args"])
    (generated,) = kustomization(SERVING)["configMapGenerator"]

    assert mounts.keys() == volumes.keys()
    assert volumes["config"]["configMap"]["name"] == generated["name"]
    claim = documents(SERVING)["volume.yaml"]["metadata"]["name"]
    assert volumes["models"]["persistentVolumeClaim"]["claimName"] == claim
    assert mounts["models"]["readOnly"]
    assert told["model_config_file"] == f"{mounts['models']['mountPath']}/models.config"
    for flag in ("monitoring_config_file", "batching_parameters_file"):
        folder, _, name = told[flag].rpartition("/")
        assert folder == mounts["config"]["mountPath"]
        assert name in generated["files"]
        assert (SERVING / name).exists()


def test_the_server_may_do_nothing_but_serve():
    pod, server = pods()["spec"]["securityContext"], container()["securityContext"]

    assert pod["runAsNonRoot"]
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert server == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not pods()["spec"]["automountServiceAccountToken"]
    assert container()["resources"].keys() == {"requests", "limits"}


def test_a_pod_that_goes_answers_until_nobody_asks_it():
    pause = int(container()["lifecycle"]["preStop"]["exec"]["command"][1])

    assert pods()["spec"]["terminationGracePeriodSeconds"] > pause


def test_the_bucket_is_the_volume_of_the_same_claim():
    claim, volume = documents(BUCKET)["claim.yaml"], documents(BUCKET)["volume.yaml"]

    assert claim["metadata"]["name"] == documents(SERVING)["volume.yaml"]["metadata"]["name"]
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert claim["spec"]["accessModes"] == volume["spec"]["accessModes"] == ["ReadOnlyMany"]
    assert claim["spec"]["storageClassName"] == volume["spec"]["storageClassName"] == ""
    patched = documents(BUCKET)["pods.yaml"]["metadata"]["name"]
    assert patched == documents(SERVING)["deployment.yaml"]["metadata"]["name"]
