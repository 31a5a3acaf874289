"""The DataGate component of the graph: data that break the contract go no further."""

import dataclasses
import json
import logging
from pathlib import Path

from tensorflow_metadata.proto.v0 import anomalies_pb2, statistics_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts

from components.artifacts import DataVerdict
from components.data_contract import (
    NOT_VALIDATED,
    Finding,
    findings,
    most_severe_first,
    refusal,
    unused_severities,
)
from components.errors import DataRefused
from schema import read_schema


@component
def DataGate(
    anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    schema: InputArtifact[standard_artifacts.Schema],
    verdict: OutputArtifact[DataVerdict],
    options: Parameter[str],
) -> None:
    """Stops the run when the data break their contract; TFX's ExampleValidator only notes it.

    Args:
        anomalies: What ExampleValidator found, split by split.
        statistics: The statistics that it looked at.
        schema: The contract.
        verdict: `verdict.json`: every finding, also those that do not block.
        options: JSON: `{"severities": {column: "block" | "warn" | "ignore"}}`.

    Raises:
        DataRefused: a finding blocks; the message has a line for each.
    """
    severities = json.loads(options)["severities"]
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    validated = artifact_utils.decode_split_names(anomalies.split_names)
    by_split = {
        split: _read_statistics(statistics.uri, split)
        for split in artifact_utils.decode_split_names(statistics.split_names)
    }
    found: list[Finding] = []
    for split, dataset in by_split.items():
        if split in validated:
            breaches = _read_anomalies(anomalies.uri, split)
            found += findings(split, breaches, dataset, contract, severities)
        else:
            found.append(Finding("", split, NOT_VALIDATED, "not validated", None, "warn"))
    found = most_severe_first(found)
    unused = unused_severities(severities, contract, by_split.values())
    for finding in found:
        logging.info("%s: %s", finding.severity, finding)
    report = {
        "findings": [dataclasses.asdict(finding) for finding in found],
        "unused_severities": unused,
    }
    Path(verdict.uri, "verdict.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    reason = refusal(found)
    if reason:
        raise DataRefused(reason)
    verdict.set_string_custom_property("summary", _summary(found, unused))


def _summary(found: list[Finding], unused: list[str]) -> str:
    parts = [f"warning: {finding}" for finding in found if finding.severity == "warn"]
    parts += [f"warning: [data.severities] {name!r} is no column" for name in unused]
    ignored = sum(finding.severity == "ignore" for finding in found)
    if ignored:
        parts.append(f"{ignored} ignored")
    return "; ".join(parts) or "no findings"


def _read_anomalies(uri: str, split: str) -> anomalies_pb2.Anomalies:
    content = Path(uri, f"Split-{split}", "SchemaDiff.pb").read_bytes()
    return anomalies_pb2.Anomalies.FromString(content)


def _read_statistics(uri: str, split: str) -> statistics_pb2.DatasetFeatureStatistics:
    content = Path(uri, f"Split-{split}", "FeatureStats.pb").read_bytes()
    (dataset,) = statistics_pb2.DatasetFeatureStatisticsList.FromString(content).datasets
    return dataset
