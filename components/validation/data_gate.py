"""The DataGate component of the graph: data that break the contract go no further."""

import dataclasses
import datetime
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.artifacts import DataVerdict
from components.errors import DataRefused
from components.example_gen.sources import read_sources
from components.validation.comparison_findings import (
    distance_findings,
    growth_findings,
    reading_findings,
)
from components.validation.comparisons import SERVED, read_comparisons
from components.validation.data_contract import Split, findings, unused_severities
from components.validation.explaining import explained
from components.validation.finding import Finding, most_severe_first, refusal
from components.validation.gate_summary import summary
from components.validation.readings import read_readings
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
        reference: Those that they were compared with, and what became of their rows.
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
    compared = read_comparisons(anomalies.uri)
    found = [
        *(finding for split in splits for finding in findings(split, contract, severities)),
        *distance_findings(compared.distances, severities),
        *growth_findings(compared.growth),
        *reading_findings(read_readings(reference.uri)),
    ]
    found = most_severe_first(_explained(found, examples.uri, reference.uri, contract))
    unused = unused_severities(severities, contract, [split.statistics for split in splits])
    for finding in found:
        logging.info("%s: %s", finding.severity, finding)
    report = {
        "findings": [dataclasses.asdict(finding) for finding in found],
        "distances": compared.distances,
        "not_checked": compared.not_checked,
        "unused_severities": unused,
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    Path(verdict.uri, "verdict.json").write_text(text, encoding="utf-8")
    verdict.set_string_custom_property("valid_until", severities.valid_until)
    reason = refusal(found)
    if reason:
        raise DataRefused(reason)
    verdict.set_string_custom_property("summary", summary(found, compared, unused))


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


def _explained(
    found: Sequence[Finding], examples_uri: str, reference_uri: str, contract: schema_pb2.Schema
) -> list[Finding]:
    """The findings with the rows behind them: of the input, or of the served files."""
    served = [finding for finding in found if finding.split == SERVED]
    others = [finding for finding in found if finding.split != SERVED]
    return [
        *explained(others, read_sources(examples_uri), contract),
        *explained(served, read_sources(reference_uri), contract, only_split=SERVED),
    ]
