"""The ExampleGen component of the graph."""

import json
import logging
from collections.abc import Sequence
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

from components.artifacts import QuarantinedRows
from components.example_gen import quarantine as quarantined
from components.example_gen.balance import brief
from components.example_gen.cutting import beginnings
from components.example_gen.inputs import Inputs, find_inputs, input_fingerprint
from components.example_gen.options import ExampleGenOptions
from components.example_gen.report import (
    Report,
    of_unreadable,
    require_split,
    require_usable,
    together,
)
from components.example_gen.shards import name_shards
from components.example_gen.sources import write_sources
from components.example_gen.tasks import Task, tasks_of
from components.example_gen.writing import Job, write_task
from schema import columns, read_schema


@component(use_beam=True)
def ExampleGen(
    schema: InputArtifact[standard_artifacts.Schema],
    examples: OutputArtifact[standard_artifacts.Examples],
    quarantine: OutputArtifact[QuarantinedRows],
    input: Parameter[str],
    options: Parameter[str],
    beam_pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Reads CSV, Parquet or TFRecord files, typed by the curated schema, into splits of tf.Example.

    Args:
        schema: The contract with the data; a column that it lacks is kept as text.
        examples: Gzipped TFRecords. Its properties say how many rows came in (`rows_in`) and where
            they went (`rows_<split>`, `rows_quarantined`), how the label is spread
            (`label_balance`), which spans they are of (`spans`), and know the input again
            (`input_fingerprint`). `sources.json` in it names the files.
        quarantine: `quarantine.parquet`: each row that does not fit, with its place and the cause.
        input: A location of files.
        options: JSON, see `ExampleGenOptions`.
        beam_pipeline: Given by TFX; one element a task.

    Raises:
        InputError: nothing is there to read.
        DataRefused: too many rows do not fit the schema, or a split would be empty.
    """
    told = ExampleGenOptions.from_json(options)
    inputs = find_inputs(input, told)
    # Taken before the files are read: what changes meanwhile is then seen by the next run.
    fingerprint = input_fingerprint(inputs)
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    kinds = {c.name: c.kind for c in columns(contract) if c.name not in told.identifiers}
    job = Job(Path(examples.uri), Path(quarantine.uri), kinds, told)
    tasks, unreadable = tasks_of([(file, source.format) for source, file in inputs.files])
    report = together([of_unreadable(unreadable), *_write_all(tasks, job, beam_pipeline)])
    # Before the judgement: whoever is refused wants to see them.
    quarantined.gather(sorted(job.quarantine.iterdir()), job.quarantine)
    require_usable(report, told.max_quarantined)
    require_split(report, told.split.names)
    for split in told.split.names:
        name_shards(job.examples, split)
    write_sources(examples.uri, inputs.sources(told, report.cuts))
    _describe(examples, report, inputs, told)
    examples.set_string_custom_property("input_fingerprint", fingerprint)
    quarantine.set_int_custom_property("rows", report.rows_rejected)
    quarantine.set_string_custom_property("reasons", json.dumps(dict(report.rejected)))


def _write_all(tasks: Sequence[Task], job: Job, pipeline: beam.Pipeline) -> list[Report]:
    """Does the tasks on Beam's workers; their reports come back through a file."""
    notes = job.examples / "reports.json"

    def note(reports: list[tuple[int, Report]]) -> None:
        plain = [report.to_plain() for _, report in sorted(reports, key=lambda entry: entry[0])]
        notes.write_text(json.dumps(plain), encoding="utf-8")

    with pipeline:
        waiting = pipeline | "Tasks" >> beam.Create(tasks, reshuffle=len(tasks) > 1)
        cuts = beginnings(waiting, pipeline, job)
        _ = (
            waiting
            | "Write" >> beam.Map(_write_one, job, cuts)
            | "Gather" >> beam.combiners.ToList()
            | "Note" >> beam.Map(note)
        )
    plain = json.loads(notes.read_text(encoding="utf-8"))
    notes.unlink()
    return [Report(**values) for values in plain]


def _write_one(task: Task, job: Job, cuts: Sequence[float]) -> tuple[int, Report]:
    return task.index, write_task(task, job, cuts)


def _describe(
    examples: standard_artifacts.Examples,
    report: Report,
    inputs: Inputs,
    options: ExampleGenOptions,
) -> None:
    """Sets the properties by which stock components know what is in the artifact, and our own."""
    splits = options.split.names
    examples.split_names = artifact_utils.encode_split_names(list(splits))
    examples.span = inputs.newest.number if inputs.newest else 0
    examples.version = inputs.newest.version if inputs.newest else 0
    examples_utils.set_payload_format(examples, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    examples.set_int_custom_property("rows_in", report.rows_in)
    examples.set_int_custom_property("rows_quarantined", report.rows_rejected)
    for split in splits:
        examples.set_int_custom_property(f"rows_{split}", report.rows_out[split])
    examples.set_string_custom_property("label_balance", json.dumps(report.balance))
    examples.set_string_custom_property("spans", ",".join(inputs.spans))
    summary = _summary(report, inputs, options)
    examples.set_string_custom_property("summary", summary)
    logging.info("%s", summary)


def _summary(report: Report, inputs: Inputs, options: ExampleGenOptions) -> str:
    counts = ", ".join(f"{split} {report.rows_out[split]:,}" for split in options.split.names)
    parts = [f"{report.rows_in:,} rows: {counts}, quarantine {report.rows_rejected:,}"]
    if inputs.spans:
        first, last = inputs.spans[0], inputs.spans[-1]
        parts.append(f"span {last}" if first == last else f"spans {first} to {last}")
        wanted = options.spans.window
        if len(inputs.spans) < wanted:
            parts.append(f"{len(inputs.spans)} of {wanted} spans")
    parts += [f"skipped: {why}" for why in inputs.skipped]
    return "; ".join(filter(None, [*parts, brief(report.balance)]))
