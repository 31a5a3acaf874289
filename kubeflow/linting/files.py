"""Reading a compiled pipeline from a file: YAML with a document or two, or JSON."""

import json
from pathlib import Path
from typing import Any

import yaml

from linting.spec import Json


class UnreadableFile(Exception):
    """A file holds no compiled pipeline; the message says why, and what to do."""


def read_documents(path: Path) -> tuple[Json, Json | None]:
    """Returns the pipeline spec, or the job, of a file, and its platform spec.

    Raises:
        UnreadableFile: There is no such file, or no pipeline spec in it, or more than one.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise UnreadableFile(
            f"{path}: there is no such file; `tfxp kubeflow compile --out {path}` writes one"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path}: cannot be read: {_reason(error)}") from error
    documents = [one for one in _documents(path, text) if one is not None]
    platforms = [one for one in documents if "platforms" in one]
    pipelines = [one for one in documents if "platforms" not in one]
    for found, what in ((pipelines, "pipeline"), (platforms, "platform")):
        if len(found) > 1:
            raise UnreadableFile(
                f"{path}: holds {len(found)} {what} specs; KFP takes a file with one"
            )
    if not pipelines:
        raise UnreadableFile(f"{path}: holds no pipeline spec; expected what a compiler wrote")
    return pipelines[0], platforms[0] if platforms else None


def _documents(path: Path, text: str) -> list[Json | None]:
    try:
        found: list[Any] = (
            [json.loads(text)]
            if path.suffix == ".json"
            else list(yaml.load_all(text, yaml.CSafeLoader))
        )
    except (ValueError, yaml.YAMLError) as error:
        raise UnreadableFile(f"{path}: is neither YAML nor JSON: {_reason(error)}") from error
    if not all(one is None or isinstance(one, dict) for one in found):
        raise UnreadableFile(f"{path}: holds no pipeline spec; expected what a compiler wrote")
    return found


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())
