"""What is impossible on a cluster, although each value by itself is right."""

import re
from collections.abc import Iterator

from pipeline.config.cluster import ClusterRoots
from pipeline.config.cluster_sections import Kubeflow, Resources
from pipeline.config.cron import cron_fault
from pipeline.config.problems import Problem, shown, wrong
from pipeline.config.toml_lines import KeyPath

_SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|ACCESS_KEY|CREDENTIAL", re.IGNORECASE)
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_GOOGLE = "gs://"


def mount_problems(roots: ClusterRoots, kubeflow: Kubeflow) -> Iterator[Problem]:
    """What is kept on a path is gone with the step, unless a volume is mounted there."""
    mounts = [volume.mount for volume in kubeflow.volumes]
    for place, mount in enumerate(mounts):
        if mount in mounts[:place]:
            yield Problem(
                ("kubeflow", "volumes", place, "mount"),
                f"{shown(mount)} is where another volume is mounted; expected a path of its own",
            )
    for key in ("serving", "checkpoints"):
        path = getattr(roots, key)
        if path and path.startswith("/") and not any(_is_below(path, mount) for mount in mounts):
            yield wrong(
                ("roots", key),
                path,
                "a path on a volume, since it would be gone with the step; mounted are: "
                f"{', '.join(mounts) or 'none (kubeflow.volumes)'}",
            )


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


def node_problems(kubeflow: Kubeflow) -> Iterator[Problem]:
    """An accelerator is named and counted."""
    yield from _accelerator_problems(("kubeflow", "resources"), kubeflow.resources)
    for name, node in kubeflow.nodes.items():
        yield from _accelerator_problems(("kubeflow", "nodes", name), node)


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
    for key in ("artifacts", "serving"):
        if not getattr(roots, key).startswith(_GOOGLE):
            yield wrong(
                ("roots", key),
                getattr(roots, key),
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
        if node.node_selector:
            yield Problem(
                ("kubeflow", "nodes", name, "node_selector"),
                "is of Kubernetes, which Vertex AI does not show; leave it out",
            )


def _is_below(path: str, mount: str) -> bool:
    return path == mount or path.startswith(f"{mount}/")


def _accelerator_problems(path: KeyPath, resources: Resources) -> Iterator[Problem]:
    if resources.accelerator_count and not resources.accelerator:
        yield Problem(
            (*path, "accelerator_count"),
            'stands alone; expected accelerator beside it, such as "nvidia.com/gpu"',
        )
