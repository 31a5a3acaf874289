"""What a container runs: our own node, TFX's executor, or a command of its own."""

import dataclasses
import json
from typing import Any

from linting.spec import Json

ENTRYPOINT = "/app/kubeflow/entrypoint.py"

_NODE = "--node"
_TFX_CLASS = "--executor_class_path"


@dataclasses.dataclass(frozen=True)
class Step:
    """What is known of a step from its container's arguments.

    Attributes:
        node: The id of a node of ours; empty for another step.
        executor: The dotted path of the executor's class.
        place: Where that stands: `args`, and an index.
    """

    node: str
    executor: str
    place: tuple[str, int]


def step_of(container: Json) -> Step | None:
    """Reads a container as a step of TFX; None when it is a command of its own."""
    arguments = container.get("args", [])
    for index, (option, value) in enumerate(zip(arguments, arguments[1:], strict=False)):
        if option == _TFX_CLASS:
            return Step("", value, ("args", index + 1))
        if option == _NODE:
            told = _read(value)
            return Step(str(told.get("id", "")), str(told.get("executor", "")), ("args", index + 1))
    return None


def _read(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
