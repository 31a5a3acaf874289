"""The Pusher component of the graph: a model that passed its gates is given to the server."""

import datetime
import json

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.types.artifact import Artifact

import registry
from components.artifacts import Parity
from components.code_fingerprint import code_fingerprint
from components.errors import ModelRefused
from components.locations import resolve
from components.pusher.options import PusherOptions
from components.pusher.rolling_out import roll_out
from components.serving_model import content_digest, serving_dir
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
    """Pushes the model as the next version and rolls it out, if every gate blessed it.

    A version appears whole or not at all. A model that is there already is not pushed again, so
    that a run that died after its push can be repeated. It becomes stable, or canary, only when
    the server serves it, if there is one to ask.

    Args:
        model: The candidate.
        model_blessing: Of Evaluator.
        infra_blessing: Of InfraValidator.
        parity: Of ParityValidator.
        examples: What it was trained on, for the record.
        schema: The contract with the data, for the record.
        baseline: What it was compared with, for the record.
        pushed_model: `pushed` (0 or 1), `pushed_destination` and `pushed_version`, as TFX's own;
            `label` that stands for it now, and `checked`, who was asked whether it is served.
        base_dir: Location of the model base directory.
        model_name: The model's name in it.
        options: `PusherOptions` as JSON.

    Raises:
        ModelRefused: another version is stable now than the one that it was compared with; or the
            server does not serve it: then it is pushed, and the labels stand as before.
        RegistryError: the base directory cannot be written, and nothing was pushed; or the server
            does not answer.
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
    base = registry.base_of(resolve(base_dir))
    told = PusherOptions.from_json(options)
    digest = content_digest(model)
    _require_comparison(model_blessing, base, model_name, digest)
    version = registry.version_of_digest(base, model_name, digest)
    word = "was pushed before" if version else "pushed"
    if not version:
        record = Record(
            pushed_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            baseline_version=baseline.get_int_custom_property("baseline_version"),
            metrics=json.loads(_text(model_blessing, "metrics") or "{}").get("candidate", {}),
            data=_data_facts(examples),
            schema_fingerprint=_text(schema, "fingerprint"),
            config_fingerprint=told.config_fingerprint,
            code_version=code_fingerprint(),
            seed=told.seed,
        )
        version = registry.push(serving_dir(model), base, model_name, record)
    moved = roll_out(base, model_name, version, told)
    destination = f"{base_dir.rstrip('/')}/{model_name}/{version}"
    pushed_model.set_int_custom_property("pushed", 1)
    for name, value in {
        "pushed_destination": destination,
        "pushed_version": str(version),
        "label": moved.label,
        "checked": moved.checked,
        "summary": f"version {version} {word}: {destination}; {moved.label}: {moved.checked}",
    }.items():
        pushed_model.set_string_custom_property(name, value)


def _require_comparison(
    blessing: Artifact, base: registry.Base, model: str, candidate: str
) -> None:
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


def _data_facts(examples: Artifact) -> dict[str, int | str]:
    properties = examples.mlmd_artifact.custom_properties
    facts: dict[str, int | str] = {
        name: int(value.int_value) for name, value in properties.items() if name.startswith("rows_")
    }
    spans = _text(examples, "spans")
    return (
        facts
        | ({"spans": spans} if spans else {})
        | {"fingerprint": _text(examples, "input_fingerprint")}
    )


def _text(artifact: Artifact, name: str) -> str:
    return artifact.get_string_custom_property(name) or ""
