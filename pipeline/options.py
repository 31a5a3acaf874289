"""What each node is told, from the configuration: plain values, as small as they can be."""

import json
from typing import Any

import tensorflow_data_validation as tfdv
from tfx_bsl.public.proto import slicing_spec_pb2

from components.evaluator.options import EvaluatorOptions
from pipeline.config import Place, What
from pipeline.config.features import plain_features


def input_location(what: What, where: Place) -> str:
    """Where the rows are: below the data root, unless the location says otherwise."""
    return _below_root(what.data.input, where)


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
            "missing": list(data.missing),
            "identifiers": list(data.identifiers),
            "label": _label(what),
        }
    )


def hidden_columns(what: What) -> str:
    """The columns that the schema artifact must not have."""
    return _json(list(what.data.identifiers))


def data_gate(what: What) -> str:
    """Options of DataGate."""
    waivers = {name: w.model_dump(mode="json") for name, w in what.data.waivers.items()}
    return _json({"severities": dict(what.data.severities), "waivers": waivers})


def reference_statistics(what: What, where: Place) -> str:
    """Options of ReferenceStatisticsGen."""
    served = _below_root(what.data.served, where) if what.data.served else None
    return _json(
        {
            "served": served,
            "format": what.data.format,
            "max_quarantined": what.data.max_quarantined,
        }
    )


def statistics(what: What) -> tfdv.StatsOptions | None:
    """Options of StatisticsGen; None for TFDV's own."""
    if not what.data.slices:
        return None
    specs = [
        slicing_spec_pb2.SlicingSpec(feature_keys=list(columns)) for columns in what.data.slices
    ]
    return tfdv.StatsOptions(slicing_config=slicing_spec_pb2.SlicingConfig(slicing_specs=specs))


def transform(what: What) -> dict[str, Any]:
    """Options of Transform."""
    return {"task": what.task, "label": _label(what), "features": plain_features(what.features)}


def training(what: What) -> dict[str, Any]:
    """Options of the Trainer's `run_fn`."""
    return {
        "task": what.task,
        "label": _label(what),
        "features": plain_features(what.features),
        "model_name": what.model_name,
        **what.training.model_dump(mode="json"),
    }


def tuning(what: What) -> dict[str, Any]:
    """Options of the Tuner's `tuner_fn`: those of the Trainer, and how to search."""
    return training(what) | {"tuning": what.tuning.model_dump(mode="json")}


def checkpoints(where: Place) -> dict[str, Any]:
    """Where the Trainer keeps a fit on its way; empty for its own storage."""
    return {"checkpoints": where.roots.checkpoints} if where.roots.checkpoints else {}


def evaluation(what: What) -> EvaluatorOptions:
    """Options of Evaluator."""
    plain = {"task": what.task, "label": _label(what), **what.evaluation.model_dump(mode="json")}
    return EvaluatorOptions.from_json(_json(plain | {"seed": what.training.seed}))


def explanation(what: What) -> str:
    """Options of Explainer."""
    plain = what.explanation.model_dump(mode="json")
    features = plain_features(what.features)
    common = {"task": what.task, "label": _label(what), "features": features}
    return _json(common | plain | {"seed": what.training.seed})


def infra_validation(what: What) -> str:
    """Options of InfraValidator."""
    return _json(what.infra_validation.model_dump(mode="json"))


def parity(what: What) -> str:
    """Options of ParityValidator."""
    plain = {"task": what.task, "label": what.label.column}
    return _json(plain | what.parity.model_dump(mode="json"))


def push(what: What, where: Place) -> str:
    """Options of Pusher: the rollout, the server, and what the record says of the configuration."""
    asked = where.serving.model_dump(mode="json", include={"address", "timeout_s"})
    return _json(
        {
            "rollout": what.push.rollout,
            "server": asked if where.serving.address else None,
            "config_fingerprint": what.fingerprint,
            "seed": what.training.seed,
        }
    )


def batch_location(what: What, where: Place) -> str:
    """Where the rows to predict are: below the data root, unless the location says otherwise."""
    return _below_root(what.batch.input or "", where)


def batch(what: What) -> str:
    """Options of BulkInferrer."""
    data = what.data
    return _json(
        {
            "name": what.model_name,
            "format": data.format,
            "key": what.batch.key,
            "missing": list(data.missing),
            "identifiers": list(data.identifiers),
        }
    )


def _below_root(location: str, where: Place) -> str:
    root = where.roots.data
    if root == "." or "://" in location or location.startswith("/"):
        return location
    return f"{root.rstrip('/')}/{location}"


def _label(what: What) -> dict[str, Any]:
    return what.label.model_dump(mode="json")


def _json(value: dict[str, Any] | list[str]) -> str:
    return json.dumps(value)
