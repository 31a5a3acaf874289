"""The DataGate component of the graph: data that break the contract go no further."""

import dataclasses
import datetime
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.artifacts import DataVerdict
from components.errors import DataRefused
from components.example_gen.sources import read_sources
from components.validation.comparisons import SERVED, read_comparisons
from components.validation.data_contract import (
    Finding,
    Split,
    distance_findings,
    findings,
    most_severe_first,
    refusal,
    unused_severities,
)
from components.validation.offending_rows import offending_rows
from components.validation.severities import Severities
from components.validation.split_statistics import read_anomalies, read_statistics, splits_of
from schema import read_schema


@component
def DataGate(
    anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    reference: InputArtifact[standard_artifacts.ExampleStatistics],
    examples: InputArtifact[standard_artifacts.Examples],
    schema: InputArtifact[standard_artifacts.Schema],
    verdict: OutputArtifact[DataVerdict],
    options: Parameter[str],
) -> None:
    """Stops the run when the data break their contract; a validator only notes it.

    Args:
        anomalies: What ExampleValidator found, split by split, and how far rows have moved.
        statistics: The statistics that it looked at.
        reference: Those that they were compared with.
        examples: Whose input files are read again for the rows behind a finding.
        schema: The contract.
        verdict: `verdict.json`: every finding, also those that do not block; every distance; and
            what was not checked. Its property `valid_until` is the day on which a waiver ends.
        options: JSON: `{"severities": {column: "block" | "warn"}, "waivers": {column: {"until":
            a date, "reason": a text}}}`.

    Raises:
        DataRefused: a finding blocks; the message has a line for each.
    """
    severities = Severities.from_plain(json.loads(options), datetime.date.today())
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    splits = _splits(anomalies, statistics, reference)
    distances, not_checked = read_comparisons(anomalies.uri)
    found = [
        finding for split in splits for finding in findings(split, contract, severities)
    ] + distance_findings(distances, severities)
    found = most_severe_first(_with_rows(found, examples.uri, contract))
    unused = unused_severities(severities, contract, [split.statistics for split in splits])
    for finding in found:
        logging.info("%s: %s", finding.severity, finding)
    report = {
        "findings": [dataclasses.asdict(finding) for finding in found],
        "distances": distances,
        "not_checked": not_checked,
        "unused_severities": unused,
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    Path(verdict.uri, "verdict.json").write_text(text, encoding="utf-8")
    verdict.set_string_custom_property("valid_until", severities.valid_until)
    reason = refusal(found)
    if reason:
        raise DataRefused(reason)
    verdict.set_string_custom_property("summary", _summary(found, distances, not_checked, unused))


def _splits(
    anomalies: standard_artifacts.ExampleAnomalies,
    statistics: standard_artifacts.ExampleStatistics,
    reference: standard_artifacts.ExampleStatistics,
) -> list[Split]:
    validated = splits_of(anomalies)
    places = [(statistics.uri, split) for split in splits_of(statistics)]
    places += [(reference.uri, split) for split in splits_of(reference) if split == SERVED]
    return [
        Split(
            split,
            read_anomalies(anomalies.uri, split) if split in validated else None,
            read_statistics(uri, split),
        )
        for uri, split in places
    ]


def _with_rows(
    found: Sequence[Finding], examples_uri: str, contract: schema_pb2.Schema
) -> list[Finding]:
    """The findings, each with the first rows behind it; ignored ones and served rows without."""
    wanted = {
        (finding.column, finding.kind)
        for finding in found
        if finding.severity != "ignore" and finding.split != SERVED
    }
    sources = read_sources(examples_uri)
    rows = offending_rows(sorted(wanted), sources.files, contract, sources.missing)
    return [
        dataclasses.replace(finding, rows=rows.get((finding.column, finding.kind), ()))
        if finding.severity != "ignore" and finding.split != SERVED
        else finding
        for finding in found
    ]


def _summary(
    found: Sequence[Finding],
    distances: Sequence[dict[str, Any]],
    not_checked: Sequence[str],
    unused: Sequence[str],
) -> str:
    parts = [f"warning: {finding}" for finding in found if finding.severity == "warn"]
    parts += [f"warning: [data.severities] {name!r} is no column" for name in unused]
    ignored = sum(finding.severity == "ignore" for finding in found)
    if ignored:
        parts.append(f"{ignored} ignored")
    parts = parts or ["no findings"]
    for kind in ("drift", "skew"):
        measured = [distance for distance in distances if distance["kind"] == kind]
        if measured:
            parts.append(_largest(kind, measured))
    if not_checked:
        parts.append(f"not checked: {', '.join(not_checked)}")
    return "; ".join(parts)


def _largest(kind: str, measured: Sequence[dict[str, Any]]) -> str:
    """The distance that is nearest to its threshold, or the largest where none has one."""
    limited = [entry for entry in measured if entry["threshold"]]
    top = max(limited or measured, key=lambda entry: entry["value"] / (entry["threshold"] or 1))
    limit = f" of at most {top['threshold']:g}" if top["threshold"] else ", without a threshold"
    return f"{kind}: {len(measured)} columns, most {top['column']!r} {top['value']:.3f}{limit}"
