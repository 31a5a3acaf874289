"""What is impossible on a cluster, although each value by itself is right."""

import re
from collections.abc import Iterator

from pipeline.config.cluster import ClusterRoots
from pipeline.config.cluster_sections import Kubeflow
from pipeline.config.cron import cron_fault
from pipeline.config.nodes import NODES
from pipeline.config.problems import Problem, among, did_you_mean, shown, wrong
from pipeline.config.quantities import cores, gigabytes
from pipeline.config.resources import DefaultResources, Resources
from pipeline.config.toml_lines import KeyPath
from pipeline.config.where import Server

_SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|ACCESS_KEY|CREDENTIAL", re.IGNORECASE)
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_GOOGLE = "gs://"
# The project's folder in the image, and what Kubeflow mounts into every step.
_TAKEN_PATHS = (
    *("/app", "/tmp", "/minio", "/s3", "/gcs", "/kfp-launcher"),
    *("/.local", "/.cache", "/.config"),
)
_OWN_POD = re.compile(r"localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1?\]")


def mount_problems(roots: ClusterRoots, kubeflow: Kubeflow) -> Iterator[Problem]:
    """What is kept on a path is gone with the step, unless a volume is mounted there."""
    yield from _volume_problems(kubeflow)
    mounts = [volume.mount for volume in kubeflow.volumes]
    for key in ("data", "serving", "checkpoints"):
        path = getattr(roots, key)
        if path and path.startswith("/") and not is_mounted(path, kubeflow):
            yield wrong(
                ("roots", key),
                path,
                "a path on a volume that every step mounts; mounted are: "
                f"{', '.join(mounts) or 'none (kubeflow.volumes)'}",
            )


def is_mounted(path: str, kubeflow: Kubeflow) -> bool:
    """Whether steps find a volume at an absolute path."""
    mounts = [volume.mount for volume in kubeflow.volumes]
    # Vertex AI mounts every bucket by itself.
    mounts += ["/gcs"] if kubeflow.target == "vertex" else []
    return any(_is_below(path, mount) for mount in mounts)


def _volume_problems(kubeflow: Kubeflow) -> Iterator[Problem]:
    claims: list[str] = []
    mounts: list[str] = []
    for place, volume in enumerate(kubeflow.volumes):
        path: KeyPath = ("kubeflow", "volumes", place)
        if volume.claim in claims:
            yield wrong((*path, "claim"), volume.claim, "each claim once; Kubeflow mounts no twice")
        if volume.mount in mounts:
            yield wrong((*path, "mount"), volume.mount, "a path at which no other volume is")
        for taken in _TAKEN_PATHS:
            if _is_below(volume.mount, taken):
                yield wrong(
                    (*path, "mount"),
                    volume.mount,
                    f"another path, since a step has its own {taken}",
                )
        claims.append(volume.claim)
        mounts.append(volume.mount)


def env_problems(kubeflow: Kubeflow) -> Iterator[Problem]:
    """The spec is read by many; what is secret comes from a secret."""
    for name in kubeflow.env:
        if not _ENV_NAME.fullmatch(name):
            yield Problem(
                ("kubeflow", "env", name),
                "is no name of an environment variable; expected letters, digits and _",
            )
        elif _SECRET_NAME.search(name):
            yield Problem(
                ("kubeflow", "env", name),
                "would stand in the spec for all to read; expected it in kubeflow.secrets: "
                f'{{ name = "…", env = {{ key = "{name}" }} }}',
            )
    given = list(kubeflow.env)
    for place, secret in enumerate(kubeflow.secrets):
        for key, name in secret.env.items():
            if name in given:
                yield Problem(
                    ("kubeflow", "secrets", place, "env", key),
                    f"{shown(name)} is set already; expected each variable once",
                )
            given.append(name)


def server_problems(serving: Server, kubeflow: Kubeflow) -> Iterator[Problem]:
    """A step that asks its own machine finds nobody there."""
    del kubeflow  # That there is one says that this is a cluster.
    host = (serving.address or "").rpartition(":")[0]
    if _OWN_POD.fullmatch(host):
        yield wrong(
            ("serving", "address"),
            serving.address,
            "the server's name in the cluster, since this is each step's own pod; such as "
            '"tf-serving:8500"',
        )


def node_problems(kubeflow: Kubeflow) -> Iterator[Problem]:
    """A step asks for no more than it is stopped at, and for an accelerator by name and number."""
    defaults = kubeflow.resources
    yield from _resource_problems(("kubeflow", "resources"), defaults, defaults)
    for name, node in kubeflow.nodes.items():
        if name not in NODES:
            yield Problem(
                ("kubeflow", "nodes", name),
                f"no such node;{did_you_mean(name, NODES)} there are: {among(NODES)}",
            )
        yield from _resource_problems(("kubeflow", "nodes", name), node, defaults)


def schedule_problems(kubeflow: Kubeflow) -> Iterator[Problem]:
    """A schedule that KFP would refuse, or would never start."""
    schedule = kubeflow.schedule
    if schedule is None:
        return
    fault = cron_fault(schedule.cron)
    if fault:
        yield wrong(("kubeflow", "schedule", "cron"), schedule.cron, fault)
    if schedule.start and schedule.end and schedule.end <= schedule.start:
        yield wrong(("kubeflow", "schedule", "end"), schedule.end, "a time after schedule.start")


def vertex_problems(roots: ClusterRoots, kubeflow: Kubeflow) -> Iterator[Problem]:
    """Vertex AI knows Google's buckets, and nothing of Kubernetes."""
    if kubeflow.target != "vertex":
        return
    for key in ("artifacts", "serving", "checkpoints"):
        location = getattr(roots, key)
        if location is not None and not location.startswith(_GOOGLE):
            yield wrong(
                ("roots", key),
                location,
                f'a {_GOOGLE} location, since kubeflow.target is "vertex"',
            )
    for key in (
        "volumes",
        "secrets",
        "image_pull_secrets",
        "image_pull_policy",
        "host",
        "namespace",
        "service_account",
    ):
        if getattr(kubeflow, key):
            yield Problem(
                ("kubeflow", key),
                "is of Kubernetes, which Vertex AI does not show; leave it out, or set "
                'kubeflow.target = "kubeflow"',
            )
    for name, node in kubeflow.nodes.items():
        for key in ("node_selector", "tolerations"):
            if getattr(node, key):
                yield Problem(
                    ("kubeflow", "nodes", name, key),
                    "is of Kubernetes, which Vertex AI does not show; leave it out",
                )


def _is_below(path: str, mount: str) -> bool:
    return path == mount or path.startswith(f"{mount}/")


def _resource_problems(
    path: KeyPath, own: Resources, defaults: DefaultResources
) -> Iterator[Problem]:
    if own.accelerator_count and not (own.accelerator or defaults.accelerator):
        yield Problem(
            (*path, "accelerator_count"),
            'stands alone; expected accelerator beside it, such as "nvidia.com/gpu"',
        )
    for place, toleration in enumerate(getattr(own, "tolerations", ())):
        if (toleration.operator == "Equal") != (toleration.value is not None):
            yield wrong(
                (*path, "tolerations", place, "operator"),
                toleration.operator,
                '"Equal" with a value, and "Exists" without',
            )
    effective = own.over(defaults)
    for key, size in (("cpu", cores), ("memory", gigabytes)):
        request, limit = getattr(effective, key), getattr(effective, f"{key}_limit")
        if limit and size(limit) < size(request):
            stated = key if getattr(own, key) else f"{key}_limit"
            relation = "at most the limit" if stated == key else "at least what is requested"
            other = limit if stated == key else request
            yield wrong((*path, stated), getattr(own, stated), f"{relation}, {shown(other)}")
