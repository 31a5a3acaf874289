"""What KFP's driver, launcher and metadata store do to what a step writes, and hand to the next."""

import json


def stored(metadata):
    """Returns an artifact's metadata as the next step gets it, after the metadata store."""
    kept = {"display_name": "whatever", "store_session_info": '{"Provider":"minio"}'} | metadata
    return {name: _read_back(_kept(value)) for name, value in kept.items()}


def _kept(value):
    """The store has integers, doubles, texts and mappings; of numbers KFP makes doubles."""
    match value:
        case None:
            raise ValueError("KFP: unknown/unsupported value type")
        case bool():
            return int(value)
        case int() | float():
            return float(value)
        case list():
            return {"list": value}
        case dict():
            return {"struct": value}
    return value


def _read_back(value):
    return float(value) if isinstance(value, int) else value


def as_arrives(message):
    """Returns a message as Go writes it into the argument: whole numbers without a fraction."""
    return json.loads(json.dumps(message), parse_float=_short)


def _short(text):
    number = float(text)
    return int(number) if number.is_integer() else number


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
