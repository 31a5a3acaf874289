"""What KFP's driver and launcher hand to a step, and to the next one of what it made."""

import json

from google.protobuf import json_format, struct_pb2
from kfp.pipeline_spec import pipeline_spec_pb2

from tests.kubeflow.emulator.records import Records
from tests.kubeflow.emulator.values import as_json


def stored(metadata):
    """Returns an artifact's metadata as the next step gets it, after the metadata store."""
    artifact = json_format.ParseDict({"metadata": metadata}, pipeline_spec_pb2.RuntimeArtifact())
    return json.loads(as_json(Records().record("output", artifact).metadata))


def as_arrives(plain):
    """Returns a mapping as Go writes it into an argument: whole numbers without a fraction."""
    return json.loads(as_json(json_format.ParseDict(plain, struct_pb2.Struct())))


def executor_input(place, step="Step", *, inputs=None, outputs=(), parameters=None):
    """Returns KFP's executor input as a mapping.

    Args:
        place: Where `TFXP_ARTIFACTS_ROOT` is.
        step: The task.
        inputs: Input key to an artifact of `produced`.
        outputs: Output keys.
        parameters: Name to value.
    """
    task = f"bucket/root/taxi/run-1/{step}/0a1b"
    return {
        "inputs": {
            "parameterValues": parameters or {},
            "artifacts": {
                key: {"artifacts": [{**artifact, "name": "7"}]}
                for key, artifact in (inputs or {}).items()
            },
        },
        "outputs": {
            "artifacts": {
                key: {
                    "artifacts": [
                        {
                            "name": key,
                            "type": {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"},
                            "uri": f"minio://{task}/{key}",
                        }
                    ]
                }
                for key in outputs
            },
            "outputFile": str(place / "minio" / task / "output_metadata.json"),
        },
    }


def produced(told, key):
    """Returns an output of a step that has run, as the next step gets it for an input."""
    with open(told["outputs"]["outputFile"], encoding="utf-8") as file:
        (artifact,) = json.load(file)["artifacts"][key]["artifacts"]
    return {**artifact, "metadata": stored(artifact["metadata"])}
