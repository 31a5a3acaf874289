"""What a step says of its outputs, where KFP's launcher reads it."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from stepping.errors import StepError
from stepping.executor_input import ExecutorInput
from stepping.folders import contents
from stepping.node import Node
from stepping.places import Places
from stepping.properties import to_metadata
from stepping.refusals import withheld


def write(node: Node, told: ExecutorInput, places: Places, result: Any) -> list[str]:
    """Writes KFP's executor output.

    Args:
        node: The node.
        told: What KFP's launcher handed over.
        places: Addresses and local paths.
        result: TFX's `ExecutorOutput`.

    Returns:
        What the artifacts say of themselves, a line each.

    Raises:
        StepError: an artifact is where the launcher takes nothing from, or the file cannot be
            written.
    """
    described, lines = {}, []
    for key, type_name in node.outputs.items():
        artifacts = result.output_artifacts[key].artifacts
        if len(artifacts) != 1:
            raise StepError(
                f"output {key!r}: the executor made {len(artifacts)} artifacts; KFP takes one"
            )
        artifact, handed = artifacts[0], told.outputs[key]
        artifact.type = type_name
        uri = places.uri(f"output {key!r}", handed, artifact.uri)
        # KFP's launcher goes by the address, wherever the executor has left something.
        path = places.path(f"output {key!r}", dataclasses.replace(handed, uri=uri))
        described[key] = {
            "artifacts": [
                {
                    "name": handed.name,
                    "type": dict(handed.type),
                    "uri": uri,
                    "metadata": to_metadata(artifact, contents(path)),
                }
            ]
        }
        if "summary" in artifact.custom_properties:
            lines.append(f"{key}: {artifact.custom_properties['summary'].string_value}")
        lines += [f"not blessed: {reason}" for reason in withheld([artifact])]
    _write(told.output_file, json.dumps({"artifacts": described}, ensure_ascii=False))
    return lines


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise StepError(f"{path}: cannot be written: {error.strerror}") from error
