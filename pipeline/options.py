"""What each node is told, from the configuration: plain values, as small as they can be."""

import json
from typing import Any

from components.evaluator.options import EvaluatorOptions
from pipeline.config import What, Where


def input_location(what: What, where: Where) -> str:
    """Where the rows are: below the data root, unless the location says otherwise."""
    location, root = what.data.input, where.roots.data
    if root == "." or "://" in location or location.startswith("/"):
        return location
    return f"{root.rstrip('/')}/{location}"


def example_gen(what: What) -> str:
    """Options of ExampleGen."""
    data = what.data
    return _json(
        {
            "format": data.format,
            "spans": data.spans.model_dump(mode="json"),
            "splits": dict(data.splits),
            "split_by": data.split_by,
            "split_column": data.split_column,
            "split_starts": dict(data.split_starts),
            "max_quarantined": data.max_quarantined,
            "shard_mb": data.shard_mb,
            "identifiers": list(data.identifiers),
            "label": _label(what),
        }
    )


def hidden_columns(what: What) -> str:
    """The columns that the schema artifact must not have."""
    return _json(list(what.data.identifiers))


def data_gate(what: What) -> str:
    """Options of DataGate."""
    return _json({"severities": dict(what.data.severities)})


def transform(what: What) -> dict[str, Any]:
    """Options of Transform."""
    return {"label": _label(what), "drop": list(what.features.drop)}


def training(what: What) -> dict[str, Any]:
    """Options of the Trainer's `run_fn`."""
    return {
        "task": what.task,
        "label": _label(what),
        "drop": list(what.features.drop),
        **what.training.model_dump(mode="json"),
    }


def evaluation(what: What) -> EvaluatorOptions:
    """Options of Evaluator."""
    plain = {"task": what.task, "label": _label(what), **what.evaluation.model_dump(mode="json")}
    return EvaluatorOptions.from_json(_json(plain))


def infra_validation(what: What) -> str:
    """Options of InfraValidator."""
    return _json(what.infra_validation.model_dump(mode="json"))


def push(what: What) -> str:
    """Options of Pusher: what the record of a version says of its configuration."""
    return _json({"config_fingerprint": what.fingerprint, "seed": what.training.seed})


def _label(what: What) -> dict[str, Any]:
    return what.label.model_dump(mode="json")


def _json(value: dict[str, Any] | list[str]) -> str:
    return json.dumps(value)
