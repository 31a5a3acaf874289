"""What of a step is Kubernetes' alone: volumes, secrets, fetching the image, which machine."""

from collections.abc import Iterable
from typing import Any

from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2

from compiling.tasks import executor_name
from compiling.writing import checked
from pipeline.config.cluster_sections import Kubeflow
from pipeline.config.resources import NodeSettings


def platform_spec(nodes: Iterable[str], kubeflow: Kubeflow) -> dict[str, Any] | None:
    """Returns the second document of the file; None when there is nothing to say."""
    executors = {}
    for node in nodes:
        config = _config(kubeflow, kubeflow.settings(node))
        if config:
            executors[executor_name(node)] = config
    if not executors:
        return None
    spec = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}
    return checked(spec, pipeline_spec_pb2.PlatformSpec())


def _config(kubeflow: Kubeflow, settings: NodeSettings) -> dict[str, Any]:
    """Names stand in twice: for newer backends, and in the fields that older ones read."""
    config: dict[str, Any] = {
        "pvcMount": [
            {
                "pvcNameParameter": _constant(volume.claim),
                "constant": volume.claim,
                "mountPath": volume.mount,
                **({"subPath": volume.folder} if volume.folder else {}),
            }
            for volume in kubeflow.volumes
        ],
        "secretAsEnv": [
            {
                "secretNameParameter": _constant(secret.name),
                "secretName": secret.name,
                "keyToEnv": [
                    {"secretKey": key, "envVar": variable} for key, variable in secret.env.items()
                ],
                "optional": secret.optional,
            }
            for secret in kubeflow.secrets
        ],
        "imagePullSecret": [
            {"secretNameParameter": _constant(name), "secretName": name}
            for name in kubeflow.image_pull_secrets
        ],
        "imagePullPolicy": kubeflow.image_pull_policy,
        "nodeSelector": {"labels": dict(settings.node_selector)} if settings.node_selector else {},
        "tolerations": [
            toleration.model_dump(exclude_none=True) for toleration in settings.tolerations
        ],
    }
    stated = {key: value for key, value in config.items() if value}
    return checked(stated, kubernetes_executor_config_pb2.KubernetesExecutorConfig())


def _constant(value: str) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}
