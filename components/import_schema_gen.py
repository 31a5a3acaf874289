"""The ImportSchemaGen component of the graph: the curated schema becomes an artifact."""

import shutil
from pathlib import Path

from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components import schema_file
from schema import columns, read_schema


@component
def ImportSchemaGen(
    schema: OutputArtifact[standard_artifacts.Schema],
    schema_path: Parameter[str],
) -> None:
    """Copies the curated schema into the pipeline, after it was read without an error.

    Unlike TFX's component of this name it resolves the file where it runs, so that the graph
    holds no path of the machine that built it.

    Args:
        schema: `schema.pbtxt`, unchanged.
        schema_path: A location of a schema in text format.

    Raises:
        InputError: there is no such file.
        SchemaError: it is not a schema.
    """
    source = schema_file.schema_path(schema_path)
    contract = read_schema(str(source))
    shutil.copyfile(source, Path(schema.uri, "schema.pbtxt"))
    schema.set_string_custom_property("fingerprint", schema_file.schema_fingerprint(schema_path))
    count = len(columns(contract))
    schema.set_string_custom_property("summary", f"{count} columns from {schema_path}")

