"""What a run may be given anew without compiling again: the inputs of the pipeline.

Each has a default, which is what the configuration says, and places: where in the execution
properties of which nodes its value belongs. A step writes it there before its executor starts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiling.graph import UnfitGraph
from pipeline.config import What
from pipeline.runner.nodes import Node

Place = tuple[str, ...]
"""An execution property, then keys within the JSON text that it is."""

_PLACES: dict[str, dict[str, tuple[Place, ...]]] = {
    "span": {"ExampleGen": (("options", "spans", "use"),)},
    "window": {"ExampleGen": (("options", "spans", "window"),)},
    "training_steps": {
        "Trainer": (("train_args", "num_steps"), ("custom_config", "steps")),
        "Tuner": (("custom_config", "steps"),),
    },
    "model_name": {
        "StableModel": (("model_name",),),
        "Tuner": (("custom_config", "model_name"),),
        "Trainer": (("custom_config", "model_name"),),
        "BaselineModel": (("model_name",),),
        "Pusher": (("model_name",),),
        "BulkInferrer": (("options", "name"),),
    },
}
_DESCRIPTIONS = {
    "span": "The span of rows to read: newest, or one such as 7 or 2024-03-01.",
    "window": "How many spans: that one, and those right before it.",
    "training_steps": "Steps of training at most.",
    "model_name": "The name under which the model is pushed and served.",
}


@dataclass(frozen=True)
class RuntimeParameter:
    """An input of the pipeline.

    Attributes:
        name: Of the input.
        default: A text or a whole number.
        description: For whoever starts a run.
        places: By node, where its value belongs.
    """

    name: str
    default: str | int
    description: str
    places: Mapping[str, tuple[Place, ...]]


def runtime_parameters(what: What, nodes: Mapping[str, Node]) -> tuple[RuntimeParameter, ...]:
    """Returns the inputs of the pipeline.

    Raises:
        UnfitGraph: the graph does not have what the configuration says where an input belongs, so
            that a run would be given a value that nobody reads.
    """
    defaults: dict[str, str | int] = {
        "span": what.data.spans.use,
        "window": what.data.spans.window,
        "training_steps": what.training.steps,
        "model_name": what.model_name,
    }
    parameters = []
    for name, default in defaults.items():
        places = {node: found for node, found in _PLACES[name].items() if node in nodes}
        for node, found in places.items():
            for place in found:
                _check(nodes[node], place, default)
        parameters.append(RuntimeParameter(name, default, _DESCRIPTIONS[name], places))
    return tuple(parameters)


def _check(node: Node, place: Place, default: str | int) -> None:
    property_name, *keys = place
    value: Any = node.parameters.get(property_name)
    try:
        value = json.loads(value) if keys else value
        for key in keys:
            value = value[key]
    except (KeyError, TypeError, ValueError):
        value = None
    if value != default:
        msg = f"{node.id}: {'.'.join(place)} is {value!r}, where {default!r} is expected"
        raise UnfitGraph(msg)
