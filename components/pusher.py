"""The Pusher component of the graph: a model that passed its gates is given to the server."""

import datetime
import json
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.types.artifact import Artifact
from tfx.utils import path_utils

import registry
from components.artifacts import Parity
from components.code_fingerprint import code_fingerprint
from components.errors import ModelRefused
from components.locations import resolve
from registry import Record


@component
def Pusher(
    model: InputArtifact[standard_artifacts.Model],
    model_blessing: InputArtifact[standard_artifacts.ModelBlessing],
    infra_blessing: InputArtifact[standard_artifacts.InfraBlessing],
    parity: InputArtifact[Parity],
    examples: InputArtifact[standard_artifacts.Examples],
    schema: InputArtifact[standard_artifacts.Schema],
    baseline: InputArtifact[standard_artifacts.Model],
    pushed_model: OutputArtifact[standard_artifacts.PushedModel],
    base_dir: Parameter[str],
    model_name: Parameter[str],
    options: Parameter[str],
) -> None:
    """Pushes the model as the next version and makes it stable, if every gate blessed it.

    A version appears whole or not at all. A model that is stable already is not pushed again, so
    that a run that died after its push can be repeated.

    Args:
        model: The candidate.
        model_blessing: Of Evaluator.
        infra_blessing: Of InfraValidator.
        parity: Of ParityValidator.
        examples: What it was trained on, for the record.
        schema: The contract with the data, for the record.
        baseline: What it was compared with, for the record.
        pushed_model: `pushed` (0 or 1), `pushed_destination` and `pushed_version`, as TFX's own.
        base_dir: Location of the model base directory.
        model_name: The model's name in it.
        options: JSON: `{"config_fingerprint": …, "seed": …}`, for the record.

    Raises:
        ModelRefused: another version is stable now than the one that it was compared with.
        RegistryError: the base directory cannot be written; nothing was pushed.
    """
    blessings = {
        "Evaluator": model_blessing,
        "InfraValidator": infra_blessing,
        "ParityValidator": parity,
    }
    refused = [
        name
        for name, blessing in blessings.items()
        if blessing.get_int_custom_property("blessed") != 1
    ]
    if refused:
        pushed_model.set_int_custom_property("pushed", 0)
        pushed_model.set_string_custom_property(
            "summary", f"not pushed: no blessing of {' and '.join(refused)}"
        )
        return
    base = Path(resolve(base_dir))
    source = Path(path_utils.serving_model_path(model.uri))
    _require_comparison(model_blessing, base, model_name, registry.digest(source))
    measured = json.loads(_text(model_blessing, "metrics") or "{}")
    record = Record(
        pushed_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        baseline_version=baseline.get_int_custom_property("baseline_version"),
        metrics=measured.get("candidate", {}),
        data=_data_facts(examples),
        schema_fingerprint=_text(schema, "fingerprint"),
        code_version=code_fingerprint(),
        **json.loads(options),
    )
    version, is_new = _push(source, base, model_name, record)
    registry.set_label(base, model_name, "stable", version)
    destination = f"{base_dir}/{model_name}/{version}"
    pushed_model.set_int_custom_property("pushed", 1)
    pushed_model.set_string_custom_property("pushed_destination", destination)
    pushed_model.set_string_custom_property("pushed_version", str(version))
    word = "pushed" if is_new else "was pushed before"
    pushed_model.set_string_custom_property("summary", f"version {version} {word}: {destination}")


def _require_comparison(blessing: Artifact, base: Path, model: str, candidate: str) -> None:
    """The blessing is about what is stable now: it may have changed since, or never have been so.

    Raises:
        ModelRefused: it is about another model.
    """
    compared = _text(blessing, "baseline_digest")
    if not compared:
        # Of a stock Evaluator, which does not say.
        return
    version = registry.baseline_version(base, model, candidate)
    stable = registry.read_record(base, model, version).digest if version else registry.NO_DIGEST
    if compared == stable:
        return
    is_none = compared == registry.NO_DIGEST
    against = "no stable model" if is_none else f"the model with digest {compared[:16]}"
    now = f"version {version} is" if version else "no version is"
    raise ModelRefused(
        f"not pushed: the candidate was compared with {against}, but {now} stable now; "
        "run the pipeline again"
    )


def _push(source: Path, base: Path, model: str, record: Record) -> tuple[int, bool]:
    stable = registry.stable_version(base, model)
    if stable and registry.read_record(base, model, stable).digest == registry.digest(source):
        return stable, False
    return registry.push(source, base, model, record), True


def _data_facts(examples: Artifact) -> dict[str, int | str]:
    properties = examples.mlmd_artifact.custom_properties
    facts: dict[str, int | str] = {
        name: int(value.int_value) for name, value in properties.items() if name.startswith("rows_")
    }
    return facts | {"fingerprint": _text(examples, "input_fingerprint")}


def _text(artifact: Artifact, name: str) -> str:
    return artifact.get_string_custom_property(name) or ""
