"""What lies outside the graph's artifacts, and whether a cached result still holds against it.

Nine nodes touch the world: ExampleGen, ImportSchemaGen, ImportHyperparameters,
ReferenceStatisticsGen and BulkInferrer read files, BaselineModel and StableModel read the model
base directory, Pusher writes it, and DataGate looks at the calendar. Each keeps what it saw as a
property of its output; here that is compared with what is there now. On a cluster these nine simply
run each time.
"""

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import registry
from components.bulk_inferrer.inputs import find_inputs as find_batch_inputs
from components.errors import ComponentError
from components.example_gen.inputs import find_inputs, input_fingerprint, served_fingerprint
from components.example_gen.options import ExampleGenOptions
from components.locations import resolve
from components.schema_file import schema_fingerprint
from components.tuner.hyperparameters import fingerprint as hyperparameters_fingerprint
from pipeline.runner.lineage import Artifacts
from pipeline.runner.nodes import Node
from pipeline.runner.outputs import number, text


def change_since(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    """Returns what has changed outside since `outputs` were made; None when nothing has."""
    check = _CHECKS.get(node.id)
    try:
        return check(node, inputs, outputs) if check else None
    except (ComponentError, registry.RegistryError) as error:
        # The node itself stops on it, and says so in its own place.
        return str(error)


def missing_file(node: Node) -> str | None:
    """Says which file a node will stop on for lack of it; None for none."""
    key = _FILES.get(node.id)
    if key is None:
        return None
    location = str(node.parameters[key])
    try:
        is_there = Path(resolve(location)).is_file()
    except ComponentError as error:
        return str(error)
    return None if is_there else f"{location} is not there; it will stop on that"


def _input_files(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    location = str(node.parameters["input"])
    (examples,) = outputs["examples"]
    found = find_inputs(location, ExampleGenOptions.from_json(str(node.parameters["options"])))
    if input_fingerprint(found) == text(examples, "input_fingerprint"):
        return None
    return f"the files of {location} changed"


def _schema_file(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    location = str(node.parameters["schema_path"])
    (schema,) = outputs["schema"]
    if schema_fingerprint(location) == text(schema, "fingerprint"):
        return None
    return f"{location} changed"


def _stored_hyperparameters(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    location = str(node.parameters["path"])
    (stored,) = outputs["best_hyperparameters"]
    same = hyperparameters_fingerprint(location) == text(stored, "fingerprint")
    return None if same else f"{location} changed"


def _stable_version(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    base, model = _place(node)
    (candidate,) = inputs["model"]
    (baseline,) = outputs["baseline"]
    digest = registry.digest(Path(urlparse(candidate.uri).path) / "Format-Serving")
    now = registry.baseline_version(base, model, digest)
    seen = number(baseline, "baseline_version")
    if now == seen:
        return None
    return f"the stable version is {now or 'none'}, it was {seen or 'none'}"


def _started_from(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    (model,) = outputs["model"]
    now, seen = registry.stable_version(*_place(node)) or 0, number(model, "stable_version")
    if now == seen:
        return None
    return f"the stable version is {now or 'none'}, it was {seen or 'none'}"


def _pushed_version(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    base, model = _place(node)
    (pushed,) = outputs["pushed_model"]
    version = int(text(pushed, "pushed_version") or 0)
    if version in registry.versions(base, model):
        return None
    return f"version {version} is no longer in {base}/{model}"


def _batch_files(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    location = str(node.parameters["input"])
    told = json.loads(str(node.parameters["options"]))
    (result,) = outputs["inference_result"]
    now = find_batch_inputs(location, told["format"]).fingerprint
    return None if now == text(result, "input_fingerprint") else f"the files of {location} changed"


def _served_rows(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    told = json.loads(str(node.parameters["options"]))
    (statistics,) = outputs["statistics"]
    now = served_fingerprint(told["served"], told["format"])
    return None if now == text(statistics, "served_fingerprint") else "the served rows changed"


def _waivers(node: Node, inputs: Artifacts, outputs: Artifacts) -> str | None:
    (verdict,) = outputs["verdict"]
    until = text(verdict, "valid_until")
    # ISO dates are in the order of their letters.
    is_over = bool(until) and datetime.date.today().isoformat() > until
    return f"a waiver lapsed on {until}" if is_over else None


def _place(node: Node) -> tuple[Path, str]:
    return Path(resolve(str(node.parameters["base_dir"]))), str(node.parameters["model_name"])


_FILES = {"ImportSchemaGen": "schema_path", "ImportHyperparameters": "path"}
"""By node, the parameter that names a file."""

_CHECKS: dict[str, Callable[[Node, Artifacts, Artifacts], str | None]] = {
    "ExampleGen": _input_files,
    "ImportSchemaGen": _schema_file,
    "ImportHyperparameters": _stored_hyperparameters,
    "ReferenceStatisticsGen": _served_rows,
    "DataGate": _waivers,
    "BaselineModel": _stable_version,
    "StableModel": _started_from,
    "Pusher": _pushed_version,
    "BulkInferrer": _batch_files,
}

LOOKING_NODES = frozenset(_CHECKS)
"""Those whose result may be out of date although nothing in the graph has changed."""
