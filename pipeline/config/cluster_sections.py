"""What a *where* file says of the cluster: `[kubeflow]` and the tables in it."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.resources import DefaultResources, NodeSettings, Retries
from pipeline.config.section import Many, Section, Table, Text, frozen

_KubernetesName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
        description="a name in Kubernetes: small letters a-z, digits, - and .",
    ),
]
_ClaimName = Annotated[
    str,
    Field(
        # Kubeflow names the pod's volume like the claim, and a volume's name is the stricter.
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="the name of a claim: small letters a-z, digits and -; at most 63",
    ),
]
_EnvName = r"^[A-Za-z_][A-Za-z0-9_]*$"
_Mount = Annotated[
    str,
    Field(pattern=r"^(/[^\s:/]+)+$", description='an absolute path, such as "/models"'),
]
_Time = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$",
        description='a time with its zone, such as "2026-01-31T00:00:00Z"',
    ),
]


class Volume(Section):
    """A volume that every step mounts.

    Attributes:
        claim: The name of the persistent volume claim.
        mount: Where steps see it.
        folder: Of the volume, below which all that they see is; unless stated, the whole.
    """

    claim: _ClaimName
    mount: _Mount
    folder: Annotated[
        str | None,
        Field(pattern=r"^[^\s/:]+(/[^\s/:]+)*$", description="a relative path on the volume"),
    ] = None


class Secret(Section):
    """A Kubernetes secret that every step finds in its environment.

    Attributes:
        name: Of the secret.
        env: Its key to the environment variable.
        optional: Whether a step starts without it.
    """

    name: _KubernetesName
    env: Table[
        Annotated[
            str,
            Field(
                pattern=_EnvName,
                description='the name of an environment variable, such as "AWS_ACCESS_KEY_ID"',
            ),
        ]
    ]
    optional: Annotated[bool, Field(description="true or false")] = False


class Schedule(Section):
    """When a recurring run starts.

    Attributes:
        cron: KFP's six fields: second, minute, hour, day of month, month, day of week.
        start: No run before it.
        end: No run after it.
        catchup: Whether runs that were missed are made up for.
        max_concurrency: Runs at once.
    """

    cron: Annotated[
        Text,
        Field(
            description='six fields, such as "0 0 3 * * *" for three each night: '
            "second, minute, hour, day of month, month, day of week"
        ),
    ]
    start: _Time | None = None
    end: _Time | None = None
    catchup: Annotated[bool, Field(description="true or false")] = False
    max_concurrency: Annotated[int, Field(ge=1, le=10, description="from 1 to 10")] = 1


class Kubeflow(Section):
    """The cluster.

    Attributes:
        target: Open-source Kubeflow Pipelines, or Vertex AI, which runs nothing but its own.
        image: What every step runs in, with its tag or digest.
        host: The address of the Kubeflow Pipelines API; `KFP_HOST` goes before it.
        namespace: Of the runs; `KFP_NAMESPACE` goes before it.
        service_account: What the steps run as; unless stated, the cluster's own choice.
        retries: Further attempts when a step fails.
        image_pull_policy: When a machine fetches the image anew.
        image_pull_secrets: Kubernetes secrets with which it may.
        env: Plain environment of every step; nothing secret.
        resources: What every step asks for.
        nodes: By node, what holds for it alone.
        volumes: What every step mounts.
        secrets: What every step finds in its environment.
        schedule: Of `tfxp kubeflow recurring`.
    """

    target: Literal["kubeflow", "vertex"] = "kubeflow"
    image: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9][A-Za-z0-9._/:-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
            r"|@sha256:[0-9a-f]{64})$",
            description='an image with its tag, such as "registry.example.com/tfxp:0.1.0"',
        ),
    ]
    host: Annotated[
        str | None,
        Field(pattern=r"^https?://\S+$", description='an address, such as "https://kfp.example"'),
    ] = None
    namespace: _KubernetesName | None = None
    service_account: _KubernetesName | None = None
    retries: Retries = 0
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    image_pull_secrets: Annotated[
        Many[_KubernetesName], Field(description="a list of names of secrets")
    ] = ()
    env: Table[Annotated[str, Field(description="a text")]] = Field(
        default_factory=lambda: frozen({})
    )
    resources: DefaultResources = DefaultResources()
    nodes: Table[NodeSettings] = Field(default_factory=lambda: frozen({}))
    volumes: Annotated[
        Many[Volume], Field(description='a list of tables such as { claim = "…", mount = "/…" }')
    ] = ()
    secrets: Annotated[
        Many[Secret], Field(description='a list of tables such as { name = "…", env = { … } }')
    ] = ()
    schedule: Schedule | None = None

    def settings(self, node: str) -> NodeSettings:
        """What holds for a node alone."""
        return self.nodes.get(node, NodeSettings())
