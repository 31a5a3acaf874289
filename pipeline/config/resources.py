"""What steps ask of the machines they run on: `[kubeflow.resources]` and `[kubeflow.nodes]`."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline.config.section import Many, Section, Table, Text, frozen


def _number_as_text(value: Any) -> Any:
    """Cores are a number to people and a text to Kubernetes."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


Cpu = Annotated[
    str,
    BeforeValidator(_number_as_text),
    Field(
        pattern=r"^([1-9][0-9]*(\.[0-9]{1,3})?|0\.0{0,2}[1-9][0-9]{0,2}|[1-9][0-9]*m)$",
        description='a number of cores, such as "2", "0.5" or "500m"',
    ),
]
Memory = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]*(\.[0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)$",
        description='an amount of memory, such as "512Mi" or "4Gi"',
    ),
]
Retries = Annotated[int, Field(ge=0, le=10, description="a whole number from 0 to 10")]


class Resources(Section):
    """What a step's container asks of its machine, and where it is stopped.

    Attributes:
        cpu: Requested cores.
        memory: Requested memory.
        cpu_limit: Unless stated, none; Vertex AI takes what is requested.
        memory_limit: The same.
        accelerator: The resource's name in the cluster, such as `nvidia.com/gpu`.
        accelerator_count: How many of them.
    """

    cpu: Cpu | None = None
    memory: Memory | None = None
    cpu_limit: Cpu | None = None
    memory_limit: Memory | None = None
    accelerator: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?$",
            description='the name of a resource of the cluster, such as "nvidia.com/gpu"',
        ),
    ] = None
    accelerator_count: Annotated[
        int | None, Field(ge=1, le=16, description="a whole number from 1 to 16")
    ] = None

    def over(self, defaults: "DefaultResources") -> "Resources":
        """What is in force: these, and the defaults where nothing is stated."""
        own = {name: getattr(self, name) for name in Resources.model_fields}
        stated = {name: value for name, value in own.items() if value is not None}
        # Values that are checked already.
        return Resources.model_construct(
            **{name: getattr(defaults, name) for name in Resources.model_fields} | stated
        )


class DefaultResources(Resources):
    """What every step asks for, unless the node's own table says otherwise."""

    cpu: Cpu = "1"
    memory: Memory = "2Gi"


class Toleration(Section):
    """A taint of machines that a step bears; machines with accelerators often have one.

    Attributes:
        key: Of the taint; every key without one.
        operator: Whether the taint must have the value, or just exist.
        value: Of the taint.
        effect: Of the taint; every effect without one.
    """

    key: Annotated[Text | None, Field(description="the key of a taint")] = None
    operator: Literal["Equal", "Exists"] = "Exists"
    value: Annotated[str | None, Field(description="the value of a taint")] = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None


class NodeSettings(Resources):
    """What holds for one node alone.

    Attributes:
        retries: Further attempts when the step fails.
        cache: Whether its result may be that of an earlier run with the same inputs; unless
            stated, it may where the node reads nothing outside the graph.
        node_selector: Labels that the machine must have.
        tolerations: Taints that the machine may have.
    """

    retries: Retries | None = None
    cache: Annotated[bool | None, Field(description="true or false")] = None
    node_selector: Table[Annotated[str, Field(description="a label's value")]] = Field(
        default_factory=lambda: frozen({})
    )
    tolerations: Annotated[
        Many[Toleration],
        Field(description='a list of tables such as { key = "nvidia.com/gpu" }'),
    ] = ()
