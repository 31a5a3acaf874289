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
from components.data_contract import Finding, findings
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
    found: list[Finding] = []
    for split in artifact_utils.decode_split_names(anomalies.split_names):
        found += findings(
            split,
            _read_anomalies(anomalies.uri, split),
            _read_statistics(statistics.uri, split),
            contract,
            severities,
        )
    Path(verdict.uri, "verdict.json").write_text(
        json.dumps([dataclasses.asdict(finding) for finding in found], indent=2), encoding="utf-8"
    )
    for finding in found:
        logging.info("%s: %s", finding.severity, finding)
    blocking = [finding for finding in found if finding.severity == "block"]
    if blocking:
        raise DataRefused(_message(blocking))
    warned = [str(finding) for finding in found if finding.severity == "warn"]
    verdict.set_string_custom_property(
        "summary", "; ".join(["warning: " + line for line in warned]) or "no findings"
    )


def _message(blocking: list[Finding]) -> str:
    remedy = (
        "mend the data, or the schema if the data are right; "
        '`[data.severities]` with column = "warn" lets a column pass'
    )
    count = "1 finding blocks" if len(blocking) == 1 else f"{len(blocking)} findings block"
    return "\n".join([f"{count} the run; {remedy}", *map(str, blocking)])


def _read_anomalies(uri: str, split: str) -> anomalies_pb2.Anomalies:
    content = Path(uri, f"Split-{split}", "SchemaDiff.pb").read_bytes()
    return anomalies_pb2.Anomalies.FromString(content)


def _read_statistics(uri: str, split: str) -> statistics_pb2.DatasetFeatureStatistics:
    content = Path(uri, f"Split-{split}", "FeatureStats.pb").read_bytes()
    (dataset,) = statistics_pb2.DatasetFeatureStatisticsList.FromString(content).datasets
    return dataset
