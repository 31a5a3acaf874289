"""The ExampleGen component of the graph."""

import json
from collections import Counter
from pathlib import Path

import apache_beam as beam
from tfx.components.util import examples_utils
from tfx.dsl.component.experimental.annotations import (
    BeamComponentParameter,
    InputArtifact,
    OutputArtifact,
    Parameter,
)
from tfx.dsl.component.experimental.decorators import component
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, standard_artifacts

from components.errors import DataRefused
from components.example_gen.inputs import input_files, input_fingerprint
from components.example_gen.writing import Shard, write_shard
from schema import columns, read_schema


@component(use_beam=True)
def ExampleGen(
    schema: InputArtifact[standard_artifacts.Schema],
    examples: OutputArtifact[standard_artifacts.Examples],
    input: Parameter[str],
    options: Parameter[str],
    beam_pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Reads CSV files, typed by the curated schema, into splits of tf.Example.

    Args:
        schema: The contract with the data; a column that it lacks is kept as text.
        examples: Gzipped TFRecords, one shard a file and split. Its properties say how many rows
            came in and where they went.
        input: A location of CSV files.
        options: JSON: `{"splits": {"train": 2, "eval": 1}}`, the shares of the splits.
        beam_pipeline: Given by TFX; one element a file.

    Raises:
        InputError: nothing is there to read.
        DataRefused: the rows do not fit the schema, or a split would be empty.
    """
    shares: dict[str, int] = json.loads(options)["splits"]
    fingerprint = input_fingerprint(input)
    files = input_files(input)
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    kinds = {column.name: column.kind for column in columns(contract)}
    folder = Path(examples.uri)
    shards = [
        Shard(path, folder, index, len(files), kinds, shares) for index, path in enumerate(files)
    ]
    tally = folder / "rows"
    with beam_pipeline as pipeline:
        _ = (
            pipeline
            | "Files" >> beam.Create(shards, reshuffle=len(shards) > 1)
            | "Write" >> beam.Map(write_shard)
            | "Sum" >> beam.CombineGlobally(_add)
            | "Tell" >> beam.Map(lambda counts: tally.write_text(json.dumps(counts)))
        )
    counts = json.loads(tally.read_text())
    tally.unlink()
    rows = sum(counts.values())
    for split, count in counts.items():
        if count == 0:
            msg = (
                f"split {split!r} got none of {rows:,} rows; "
                "give it a larger share in [data.splits], or more rows"
            )
            raise DataRefused(msg)
    _describe(examples, counts, fingerprint)


def _add(parts: list[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        for split, count in part.items():
            total[split] += count
    return dict(total)


def _describe(
    examples: standard_artifacts.Examples, counts: dict[str, int], fingerprint: str
) -> None:
    """Sets the properties by which stock components know what is in the artifact, and our own."""
    examples.split_names = artifact_utils.encode_split_names(list(counts))
    examples.span = 0
    examples.version = 0
    examples_utils.set_payload_format(examples, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    rows = sum(counts.values())
    examples.set_int_custom_property("rows_in", rows)
    for split, count in counts.items():
        examples.set_int_custom_property(f"rows_{split}", count)
    examples.set_string_custom_property("input_fingerprint", fingerprint)
    parts = ", ".join(f"{split} {count:,}" for split, count in counts.items())
    examples.set_string_custom_property("summary", f"{rows:,} rows: {parts}")
