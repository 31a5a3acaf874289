"""The ReferenceStatisticsGen component: statistics of what the training rows are compared with."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.dsl.component.experimental.annotations import (
    BeamComponentParameter,
    InputArtifact,
    OutputArtifact,
    Parameter,
)
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts

from components.errors import DataRefused
from components.example_gen.inputs import plain_files, served_fingerprint
from components.example_gen.sources import Source, read_sources
from components.rows.files import found
from components.rows.parts import Part, parts_of
from components.rows.reading import read
from components.validation.comparisons import NEWEST, PREVIOUS, SERVED
from components.validation.split_statistics import statistics_path
from schema import Kind, columns, read_schema

_PART_BYTES = 32 * 2**20


@component(use_beam=True)
def ReferenceStatisticsGen(
    examples: InputArtifact[standard_artifacts.Examples],
    schema: InputArtifact[standard_artifacts.Schema],
    statistics: OutputArtifact[standard_artifacts.ExampleStatistics],
    options: Parameter[str],
    beam_pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Takes statistics of the newest span, of the one before it, and of rows that were served.

    It reads the files themselves: a window of spans is one split of examples, in which the newest
    span cannot be told from the others.

    Args:
        examples: From our ExampleGen, which notes the files in it.
        schema: The contract, for the types.
        statistics: As StatisticsGen writes them; of the splits `newest`, `previous` and `served`
            those that there are. Its property `served_fingerprint` knows the served rows again.
        options: JSON: `{"served": a location or null, "format": the configuration's}`.
        beam_pipeline: Given by TFX; not run where there is nothing to compare with.

    Raises:
        DataRefused: from somewhere on, a file makes no sense.
    """
    told = json.loads(options)
    sources = read_sources(examples.uri)
    served = plain_files(told["served"], told["format"]) if told["served"] else []
    sets: dict[str, Sequence[Source]] = {}
    if sources.previous:
        sets[NEWEST] = [file for file in sources.files if file.span == sources.newest]
        sets[PREVIOUS] = sources.previous
    if served:
        sets[SERVED] = served
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    kinds = {column.name: column.kind for column in columns(contract)}
    statistics.split_names = artifact_utils.encode_split_names(list(sets))
    statistics.span = examples.span
    if sets:
        with beam_pipeline as pipeline:
            for split, files in sets.items():
                path = statistics_path(statistics.uri, split)
                path.parent.mkdir(parents=True, exist_ok=True)
                take_statistics(
                    pipeline, split, files, kinds, path, sources.identifiers, sources.missing
                )
    told_of = served_fingerprint(told["served"], told["format"])
    statistics.set_string_custom_property("served_fingerprint", told_of)
    statistics.set_string_custom_property("newest", sources.newest)
    spans = {file.span for file in sources.previous}
    statistics.set_string_custom_property("previous", min(spans, default=""))
    statistics.set_string_custom_property("summary", _summary(sets, sources.newest, spans))


def take_statistics(
    pipeline: beam.Pipeline,
    split: str,
    files: Sequence[Source],
    kinds: dict[str, Kind],
    path: Path,
    identifiers: Sequence[str],
    missing: Sequence[str],
) -> None:
    """Adds to a Beam pipeline what takes the statistics of files.

    Args:
        pipeline: To add to.
        split: A name that no other step of it has.
        files: The files.
        kinds: Column to type.
        path: Where the statistics are written.
        identifiers: Columns that are left out.
        missing: Texts that in columns of numbers mean that nothing is there.
    """
    parts = [
        part
        for file in files
        for part in parts_of(file.path, file.format, found(file.path)[0].size, _PART_BYTES)
    ]

    def write(result: statistics_pb2.DatasetFeatureStatisticsList) -> None:
        path.write_bytes(result.SerializeToString())

    _ = (
        pipeline
        | f"Parts[{split}]" >> beam.Create(parts, reshuffle=len(parts) > 1)
        | f"Read[{split}]" >> beam.FlatMap(_lists, kinds, identifiers, missing)
        | f"Statistics[{split}]" >> tfdv.GenerateStatistics(tfdv.StatsOptions())
        | f"Write[{split}]" >> beam.Map(write)
    )


def _lists(
    part: Part, kinds: dict[str, Kind], identifiers: Sequence[str], missing: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Yields rows as TFDV takes them: every cell a list of one value, or null."""
    try:
        for batch in read(part, kinds, missing):
            names = [name for name in batch.rows.schema.names if name not in identifiers]
            lists = [_as_lists(batch.rows.column(name)) for name in names]
            yield pa.record_batch(lists, names=names)
    except DataRefused:
        # Of what is compared only the shape matters; ExampleGen refuses what is trained on.
        return


def _as_lists(column: pa.Array) -> pa.Array:
    is_there = column.is_valid()
    offsets = pa.array([0]).cast(pa.int32())
    counted = pc.cumulative_sum(is_there.cast(pa.int32()))
    offsets = pa.concat_arrays([offsets, counted])
    # Arrow takes a null offset for a null list.
    empty = pc.if_else(is_there, offsets[:-1], pa.scalar(None, pa.int32()))
    return pa.ListArray.from_arrays(pa.concat_arrays([empty, offsets[-1:]]), column.drop_null())


def _summary(sets: dict[str, Sequence[Source]], newest: str, previous: set[str]) -> str:
    parts = [f"span {newest} and span {name}" for name in previous if PREVIOUS in sets]
    if SERVED in sets:
        parts.append(f"served rows of {len(sets[SERVED])} files")
    return "; ".join(parts) or "nothing to compare with"
