"""The ExampleValidator component of the graph: rows against the contract and against other rows."""

import dataclasses
from pathlib import Path

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts

from components.errors import InputError
from components.validation.comparisons import (
    NEWEST,
    NO_SERVED_ROWS,
    NO_SPAN_BEFORE,
    PREVIOUS,
    SERVED,
    write_comparisons,
)
from components.validation.distances import Distance, distances
from components.validation.split_statistics import anomalies_path, read_statistics, splits_of
from schema import SERVING, TRAINING, SchemaError, columns, read_schema

_TRAIN = "train"


@component
def ExampleValidator(
    statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    reference: InputArtifact[standard_artifacts.ExampleStatistics],
    schema: InputArtifact[standard_artifacts.Schema],
    anomalies: OutputArtifact[standard_artifacts.ExampleAnomalies],
) -> None:
    """Validates each split in the environment of its rows, and measures drift and skew.

    TFX's own component knows no environment and compares nothing.

    Args:
        statistics: Of the splits, which are validated in TRAINING: their rows have the label.
        reference: From ReferenceStatisticsGen; served rows are validated in SERVING.
        schema: The contract.
        anomalies: `SchemaDiff.pb` a split, as TFX's component writes it, and `comparisons.json`
            with the distance of every column.

    Raises:
        InputError: the schema does not list one of the two environments.
    """
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    try:
        for environment in (TRAINING, SERVING):
            columns(contract, environment)
    except SchemaError as error:
        raise InputError(str(error)) from error
    references = splits_of(reference)
    blessed: dict[str, int] = {}
    for split in splits_of(statistics):
        rows = read_statistics(statistics.uri, split)
        blessed[split] = _validate(anomalies.uri, split, rows, contract, TRAINING)
    if SERVED in references:
        rows = read_statistics(reference.uri, SERVED)
        blessed[SERVED] = _validate(anomalies.uri, SERVED, rows, contract, SERVING)
    anomalies.split_names = artifact_utils.encode_split_names(list(blessed))
    anomalies.span = statistics.span
    anomalies.set_json_value_custom_property("blessed", blessed)
    found, not_checked = _compare(statistics, reference, contract)
    write_comparisons(anomalies.uri, [dataclasses.asdict(entry) for entry in found], not_checked)


def _validate(
    uri: str,
    split: str,
    rows: statistics_pb2.DatasetFeatureStatistics,
    contract: schema_pb2.Schema,
    environment: str,
) -> int:
    """Writes the split's anomalies; returns 1 where there are none, as TFX has it."""
    listed = statistics_pb2.DatasetFeatureStatisticsList(datasets=[rows])
    found = tfdv.validate_statistics(listed, contract, environment=environment)
    path = anomalies_path(uri, split)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(found.SerializeToString())
    return int(not found.anomaly_info and not found.HasField("dataset_anomaly_info"))


def _compare(
    statistics: standard_artifacts.ExampleStatistics,
    reference: standard_artifacts.ExampleStatistics,
    contract: schema_pb2.Schema,
) -> tuple[list[Distance], list[str]]:
    """Returns the distances, and what could not be compared."""
    there = splits_of(reference)
    found: list[Distance] = []
    not_checked: list[str] = []
    if PREVIOUS in there:
        newest, previous = (read_statistics(reference.uri, split) for split in (NEWEST, PREVIOUS))
        name = f"span {reference.get_string_custom_property('previous')}"
        found += distances("drift", newest, previous, contract, name)
    else:
        not_checked.append(NO_SPAN_BEFORE)
    if SERVED in there and _TRAIN in splits_of(statistics):
        train = read_statistics(statistics.uri, _TRAIN)
        served = read_statistics(reference.uri, SERVED)
        found += distances("skew", train, served, contract, "served rows")
    else:
        not_checked.append(NO_SERVED_ROWS)
    return found, not_checked
