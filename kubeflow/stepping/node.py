"""What the compiler says of a node, in one line of JSON: the argument `--node`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stepping.errors import StepError

KINDS = ("STRING", "INT", "DOUBLE")


@dataclass(frozen=True)
class Node:
    """A node of the graph, as far as the step that runs it must know it.

    Attributes:
        id: Its name in the graph.
        executor: Dotted path of the executor class.
        beam: The arguments of its Beam pipeline; None when it has none.
        inputs: Input key to the name of a TFX artifact type.
        outputs: Output key to the same.
        parameters: Execution property to `STRING`, `INT` or `DOUBLE`.
        runtime: Pipeline input to the places among the execution properties where its value
            belongs: the property, then keys within the JSON text that it is.
    """

    id: str
    executor: str
    beam: tuple[str, ...] | None
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    runtime: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def from_json(cls, text: str) -> "Node":
        """Reads the argument.

        Raises:
            StepError: it is not what the compiler writes.
        """
        try:
            told: dict[str, Any] = json.loads(text)
            node = cls(
                id=_text(told["id"]),
                executor=_text(told["executor"]),
                beam=None if told["beam"] is None else _list(told["beam"]),
                inputs=_texts(told["inputs"]),
                outputs=_texts(told["outputs"]),
                parameters=_texts(told["parameters"]),
                runtime={
                    name: tuple(map(_list, places)) for name, places in told["runtime"].items()
                },
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StepError(
                f"--node: not what `tfxp kubeflow compile` writes: {error!r}; "
                "compile the pipeline again with the version of this image"
            ) from error
        for name, kind in node.parameters.items():
            if kind not in KINDS:
                raise StepError(
                    f"--node: parameter {name!r} of type {kind!r}; expected {', '.join(KINDS)}"
                )
        return node


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, found {value!r}")
    return value


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {value!r}")
    return tuple(map(_text, value))


def _texts(value: Any) -> dict[str, str]:
    return {_text(key): _text(text) for key, text in value.items()}
