"""What KFP hands to a step: the argument `--executor_input`, as its launcher fills it in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stepping.errors import StepError


@dataclass(frozen=True)
class Handed:
    """An artifact as KFP knows it.

    Attributes:
        name: KFP's name for it: of an input, its number in the metadata store.
        uri: Where it is in the object store.
        metadata: Its properties, as far as KFP keeps them: numbers are doubles.
        custom_path: The local path, where the pipeline says so itself.
        type: KFP's description of the type, which is handed back as it came.
    """

    name: str
    uri: str
    metadata: Mapping[str, Any]
    custom_path: str | None = None
    type: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExecutorInput:
    """Inputs, parameters, and where outputs go.

    Attributes:
        parameters: Name to value: text, number, truth value, list or mapping.
        inputs: Input key to artifacts.
        outputs: Output key to the artifact to make; KFP knows one a key.
        output_file: Where KFP reads what the step says of its outputs.
    """

    parameters: Mapping[str, Any]
    inputs: Mapping[str, tuple[Handed, ...]]
    outputs: Mapping[str, Handed]
    output_file: Path

    @classmethod
    def from_json(cls, text: str) -> "ExecutorInput":
        """Reads the argument.

        Raises:
            StepError: it is not what KFP's launcher writes.
        """
        try:
            told: dict[str, Any] = json.loads(text)
            given, wanted = told.get("inputs") or {}, told["outputs"]
            return cls(
                parameters=dict(given.get("parameterValues") or {}),
                inputs=_artifacts(given.get("artifacts")),
                outputs={
                    key: _the_one(key, artifacts)
                    for key, artifacts in _artifacts(wanted.get("artifacts")).items()
                },
                output_file=Path(_required(wanted, "outputFile", "outputs")),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            begins = text if len(text) <= 80 else f"{text[:80]}…"
            raise StepError(
                f"--executor_input: not KFP's executor input: {error!r}; it begins {begins!r}"
            ) from error


def _artifacts(told: Mapping[str, Any] | None) -> dict[str, tuple[Handed, ...]]:
    return {
        key: tuple(_artifact(key, artifact) for artifact in told_list.get("artifacts") or [])
        for key, told_list in (told or {}).items()
    }


def _artifact(key: str, told: Mapping[str, Any]) -> Handed:
    return Handed(
        name=told.get("name") or "",
        uri=_required(told, "uri", key),
        metadata=dict(told.get("metadata") or {}),
        custom_path=told.get("customPath") or None,
        type=dict(told.get("type") or {}),
    )


def _the_one(key: str, artifacts: tuple[Handed, ...]) -> Handed:
    if len(artifacts) != 1:
        raise ValueError(f"output {key!r} has {len(artifacts)} artifacts; expected one")
    return artifacts[0]


def _required(told: Mapping[str, Any], name: str, where: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where} has no {name!r}")
    return value
