"""The ReferenceStatisticsGen component: statistics of what the training rows are compared with."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import apache_beam as beam
from tfx.dsl.component.experimental.annotations import (
    BeamComponentParameter,
    InputArtifact,
    OutputArtifact,
    Parameter,
)
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts

from components.example_gen.inputs import served_files, served_fingerprint
from components.example_gen.report import Report
from components.example_gen.sources import Source, Sources, read_sources, write_sources
from components.validation.comparisons import NEWEST, PREVIOUS, SERVED
from components.validation.file_statistics import read_report, take_statistics
from components.validation.readings import write_readings
from components.validation.split_statistics import statistics_path
from schema import Kind, columns, read_schema


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
            those that there are and that could be read to their end. What became of their rows is
            beside them, and so are the served files. Its property `served_fingerprint` knows the
            served rows again.
        options: JSON: `{"served": a location or null, "format": the configuration's,
            "max_quarantined": a share}`.
        beam_pipeline: Given by TFX; not run where there is nothing to compare with.
    """
    told = json.loads(options)
    sources = read_sources(examples.uri)
    served = served_files(told["served"], told["format"]) if told["served"] else []
    sets: dict[str, Sequence[Source]] = {}
    if sources.previous:
        sets[NEWEST] = [file for file in sources.files if file.span == sources.newest]
        sets[PREVIOUS] = sources.previous
    if served:
        sets[SERVED] = served
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    kinds = {column.name: column.kind for column in columns(contract)}
    reports = _take(sets, kinds, sources, statistics.uri, beam_pipeline)
    whole = [split for split in sets if not reports[split].unreadable]
    if told["served"] and not served:
        reports[SERVED] = Report(unreadable=(f"data.served = {told['served']!r}: nothing found",))
    write_readings(statistics.uri, reports, told["max_quarantined"])
    of_served = Sources(tuple(served), identifiers=sources.identifiers, missing=sources.missing)
    write_sources(statistics.uri, of_served)
    statistics.split_names = artifact_utils.encode_split_names(whole)
    statistics.span = examples.span
    told_of = served_fingerprint(told["served"], told["format"])
    statistics.set_string_custom_property("served_fingerprint", told_of)
    statistics.set_string_custom_property("newest", sources.newest)
    spans = {file.span for file in sources.previous}
    statistics.set_string_custom_property("previous", min(spans, default=""))
    statistics.set_string_custom_property("summary", _summary(sets, sources.newest, spans, whole))


def _take(
    sets: Mapping[str, Sequence[Source]],
    kinds: Mapping[str, Kind],
    sources: Sources,
    uri: str,
    beam_pipeline: beam.Pipeline,
) -> dict[str, Report]:
    """Writes the statistics of each set that can be read to its end; returns what became of all."""
    folders = {split: statistics_path(uri, split).parent for split in sets}
    if not sets:
        return {}
    with beam_pipeline as pipeline:
        for split, files in sets.items():
            folders[split].mkdir(parents=True)
            take_statistics(
                pipeline,
                split,
                files,
                kinds,
                sources.identifiers,
                sources.missing,
                folders[split],
            )
    reports = {split: read_report(folder) for split, folder in folders.items()}
    for split, report in reports.items():
        if report.unreadable:
            # Statistics of a fragment would be taken for those of the set.
            shutil.rmtree(folders[split])
    return reports


def _summary(
    sets: Mapping[str, Sequence[Source]], newest: str, previous: set[str], whole: Sequence[str]
) -> str:
    parts = [f"span {newest} and span {name}" for name in previous if PREVIOUS in sets]
    if SERVED in sets:
        count = len(sets[SERVED])
        parts.append(f"served rows of {count} {'file' if count == 1 else 'files'}")
    parts += [f"not read: {split} rows" for split in sets if split not in whole]
    return "; ".join(parts) or "nothing to compare with"
