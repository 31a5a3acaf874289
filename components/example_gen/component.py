"""The ExampleGen component of the graph."""

import json
import logging
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

from components.example_gen.inputs import input_files, input_fingerprint
from components.example_gen.report import Report, rows_by_split
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
            came in (`rows_in`) and where they went (`rows_<split>`), and know the input again
            (`input_fingerprint`).
        input: A location of CSV files.
        options: JSON: `{"splits": {"train": 2, "eval": 1}}`, the shares of the splits.
        beam_pipeline: Given by TFX; one element a file.

    Raises:
        InputError: nothing is there to read.
        DataRefused: the rows do not fit the schema, or a split would be empty.
    """
    shares: dict[str, int] = json.loads(options)["splits"]
    # Taken before the files are read: what changes meanwhile is then seen by the next run.
    fingerprint = input_fingerprint(input)
    files = input_files(input)
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    kinds = {column.name: column.kind for column in columns(contract)}
    folder = Path(examples.uri)
    shards = [
        Shard(path, folder, index, len(files), kinds, shares) for index, path in enumerate(files)
    ]
    reports = _write_all(shards, beam_pipeline, folder / "reports.json")
    counts = rows_by_split(reports, list(shares))
    _describe(examples, counts, fingerprint)


def _write_all(shards: list[Shard], pipeline: beam.Pipeline, notes: Path) -> list[Report]:
    """Writes the shards on Beam's workers; their reports come back through a file."""

    def note(reports: list[Report]) -> None:
        notes.write_text(json.dumps([report.to_plain() for report in reports]), encoding="utf-8")

    with pipeline:
        _ = (
            pipeline
            | "Files" >> beam.Create(shards, reshuffle=len(shards) > 1)
            | "Write" >> beam.Map(write_shard)
            | "Gather" >> beam.combiners.ToList()
            | "Note" >> beam.Map(note)
        )
    plain = json.loads(notes.read_text(encoding="utf-8"))
    notes.unlink()
    return sorted((Report(**values) for values in plain), key=lambda report: report.path)


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
    summary = f"{rows:,} rows: {parts}"
    examples.set_string_custom_property("summary", summary)
    logging.info("%s", summary)
