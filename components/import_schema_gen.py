"""The ImportSchemaGen component of the graph: the curated schema becomes an artifact."""

import hashlib
import json
from pathlib import Path

from google.protobuf import text_format
from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components import schema_file
from components.errors import InputError
from schema import SchemaError, columns, read_schema


@component
def ImportSchemaGen(
    schema: OutputArtifact[standard_artifacts.Schema],
    schema_path: Parameter[str],
    without: Parameter[str] = "[]",
) -> None:
    """Copies the curated schema into the pipeline, after it was read without an error.

    Unlike TFX's component of this name it resolves the file where it runs, so that the graph
    holds no path of the machine that built it.

    Args:
        schema: `schema.pbtxt`; its property `fingerprint` knows the curated file again.
        schema_path: A location of a schema in text format.
        without: JSON: a list of columns whose entries are left out, since no step is to see them.

    Raises:
        InputError: there is no such file, or it is no schema.
    """
    content = schema_file.schema_path(schema_path).read_bytes()
    copy = Path(schema.uri, "schema.pbtxt")
    copy.write_bytes(content)
    try:
        contract = read_schema(copy)
    except SchemaError as error:
        # The reader of the message knows the file by its own name, not by the copy's.
        raise InputError(str(error).replace(str(copy), schema_path)) from error
    hidden = set(json.loads(without))
    if hidden & {feature.name for feature in contract.feature}:
        contract = schema_file.without(contract, hidden)
        copy.write_text(text_format.MessageToString(contract, as_utf8=True), encoding="utf-8")
    schema.set_string_custom_property("fingerprint", hashlib.sha256(content).hexdigest())
    count = len(columns(contract))
    schema.set_string_custom_property("summary", f"{count} columns from {schema_path}")
