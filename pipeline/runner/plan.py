"""Whether a node must run, and why: its identity against what the store knows.

A node's identity is everything its result may depend on: executor, parameters, the sources of
its code, library versions and the very artifacts that it reads. What lies outside of that (files of
rows, the model base directory) is compared by `outside.change_since`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from pipeline.runner import code_version, outside
from pipeline.runner.lineage import Artifacts
from pipeline.runner.nodes import Node
from pipeline.runner.store import Finished, Store

_LIBRARIES = (
    "tfx",
    "tensorflow",
    "keras",
    "tensorflow-transform",
    "tensorflow-data-validation",
    "tensorflow-model-analysis",
)


@dataclass(frozen=True)
class Decision:
    """What to do with a node: take `cached`, or run it because of `reason`."""

    key: str
    ingredients: Mapping[str, Any]
    cached: Finished | None
    reason: str


@dataclass(frozen=True)
class Planned:
    """What a run would do with a node."""

    is_cached: bool
    reason: str


def plan(nodes: Mapping[str, Node], store: Store, *, fresh: bool) -> dict[str, Planned]:
    """Returns what a run would do with each node, without running any."""
    planned: dict[str, Planned] = {}
    results: dict[str, Finished] = {}
    for node in nodes.values():
        uncertain = [name for name in node.upstream if name in nodes and name not in results]
        if uncertain:
            planned[node.id] = Planned(False, f"after {', '.join(uncertain)}")
            continue
        decision = decide(node, resolve_inputs(node, results), store, fresh=fresh)
        if decision.cached is not None:
            results[node.id] = decision.cached
        planned[node.id] = Planned(decision.cached is not None, decision.reason)
    return planned


def decide(node: Node, inputs: Artifacts, store: Store, *, fresh: bool) -> Decision:
    """Decides whether `node` must run on these input artifacts.

    Args:
        node: The node.
        inputs: Its resolved input artifacts by input key.
        store: Where earlier executions are recorded.
        fresh: Run in any case.
    """
    ingredients = _ingredients(node, inputs)
    key = _digest(ingredients)
    if fresh:
        return Decision(key, ingredients, None, "--fresh was given")
    reasons = []
    for result in store.cached(key):
        reason = _missing_output(result) or outside.change_since(node, inputs, result.outputs)
        if reason is None:
            return Decision(key, ingredients, result, "nothing changed")
        reasons.append(reason)
    reason = (
        outside.missing_file(node)
        or next(iter(reasons), None)
        or _difference(store.last_ingredients(node), ingredients)
    )
    return Decision(key, ingredients, None, reason)


def resolve_inputs(node: Node, results: Mapping[str, Finished]) -> Artifacts:
    """Returns a node's input artifacts from what its producers gave out."""
    return {
        key: tuple(
            artifact
            for source in sources
            for artifact in results[source.producer].outputs.get(source.output_key, ())
        )
        for key, sources in node.inputs.items()
    }


def _ingredients(node: Node, inputs: Artifacts) -> dict[str, Any]:
    return {
        "executor": node.executor,
        "parameters": node.parameters,
        "code": code_version.of_step(node.executor, node.parameters),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "inputs": {key: [artifact.id for artifact in value] for key, value in inputs.items()},
    }


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        # The container image installs TensorFlow's build without GPU kernels, which has this name.
        return metadata.version(f"{library}-cpu")


def _digest(ingredients: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()


def _missing_output(result: Finished) -> str | None:
    for artifacts in result.outputs.values():
        for artifact in artifacts:
            place = Path(urlparse(artifact.uri).path)
            if not place.exists():
                return f"its output {place} is gone"
    return None


def _difference(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """Names the first thing in which two identities differ, in words."""
    if before is None:
        return "it has never finished"
    for name, changed in (
        ("parameters", "parameter {} changed"),
        ("code", "its code changed: {}"),
        ("libraries", "{} has another version"),
        ("inputs", "input {} is new"),
    ):
        old, new = before.get(name, {}), now[name]
        different = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        if different:
            return changed.format(", ".join(different[:3]) + (", …" if different[3:] else ""))
    return "an earlier result is not complete"
