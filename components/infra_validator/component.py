"""The InfraValidator component of the graph."""

import dataclasses
import json
import tempfile
from pathlib import Path

import tensorflow as tf
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import path_utils

from components.errors import InputError
from components.infra_validator.questions import Rows
from components.infra_validator.trial import Limits, Verdict, try_model
from components.training.requests import as_request
from schema import SERVING, columns, read_schema


@component
def InfraValidator(
    model: InputArtifact[standard_artifacts.Model],
    examples: InputArtifact[standard_artifacts.Examples],
    schema: InputArtifact[standard_artifacts.Schema],
    blessing: OutputArtifact[standard_artifacts.InfraBlessing],
    options: Parameter[str],
) -> None:
    """Has a model server that knows nothing but the exported model answer real rows.

    Every signature is asked over gRPC and over REST, and has to answer what the model answers in
    process. Unlike TFX's component of this name it needs no Docker, and runs on a cluster too.

    Args:
        model: The candidate.
        examples: Rows to ask are taken from the split `eval`, without the columns that rows do
            not have when serving.
        schema: Says which columns those are.
        blessing: As TFX's own; with `reason` when it is withheld, and `verdict.json`.
        options: JSON: `{"rows": 32, "load_timeout_s": 120, "latency_budget_ms": null,
            "image": null}`; the last two may be left out.

    Raises:
        InputError: there are no rows to ask, or no Docker for the image.
    """
    told = json.loads(options)
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    serving_columns = {column.name for column in columns(contract, SERVING)}
    rows = _rows(examples, serving_columns, told.pop("rows"))
    with tempfile.TemporaryDirectory() as work_dir:
        verdict = try_model(
            Path(path_utils.serving_model_path(model.uri)),
            rows,
            Path(work_dir),
            Limits(**told),
        )
    _bless(blessing, verdict)


def _rows(examples: standard_artifacts.Examples, columns_: set[str], count: int) -> Rows:
    """The first rows of the evaluation split."""
    folder = Path(artifact_utils.get_split_uri([examples], "eval"))
    files = [str(path) for path in sorted(folder.iterdir())]
    records = list(tf.data.TFRecordDataset(files, "GZIP").take(count).as_numpy_iterator())
    if not records:
        msg = f"{folder}: no rows to ask the model with; expected some in the split 'eval'"
        raise InputError(msg)
    return Rows([as_request(record, columns_) for record in records], records)


def _bless(blessing: standard_artifacts.InfraBlessing, verdict: Verdict) -> None:
    is_blessed = not verdict.reason
    name = "INFRA_BLESSED" if is_blessed else "INFRA_NOT_BLESSED"
    Path(blessing.uri, name).touch()
    Path(blessing.uri, "verdict.json").write_text(
        json.dumps(dataclasses.asdict(verdict), indent=2), encoding="utf-8"
    )
    blessing.set_int_custom_property("blessed", int(is_blessed))
    if is_blessed:
        summary = (
            f"{verdict.rows} rows answered by {len(verdict.signatures)} signatures, "
            f"one in {verdict.p50_ms:.1f} ms, p99 {verdict.p99_ms:.1f} ms"
        )
        blessing.set_string_custom_property("summary", summary)
    else:
        blessing.set_string_custom_property("reason", verdict.reason)
