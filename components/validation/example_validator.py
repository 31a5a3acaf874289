"""The ExampleValidator component of the graph: rows against the contract and against other rows."""

import dataclasses
from pathlib import Path

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2
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
    Comparisons,
    write_comparisons,
)
from components.validation.distances import distances, growth, not_measured
from components.validation.readings import read_readings
from components.validation.split_statistics import anomalies_path, read_statistics, splits_of
from schema import SERVING, TRAINING, SchemaError, columns, read_schema

_TRAIN = "train"
_SERVED_ROWS = "served rows"


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
            with the distance of every column that has one, and with what was not compared.

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
    drift, skew = _drift(reference, contract), _skew(statistics, reference, contract)
    compared = Comparisons(
        [*drift.distances, *skew.distances],
        [*drift.not_checked, *skew.not_checked],
        drift.growth,
    )
    write_comparisons(anomalies.uri, compared)


def anomalies_of(
    rows: statistics_pb2.DatasetFeatureStatistics, contract: schema_pb2.Schema, environment: str
) -> anomalies_pb2.Anomalies:
    """Returns what is wrong with rows of an environment, in TFDV's words.

    Args:
        rows: Their statistics.
        contract: The schema.
        environment: One that the schema lists.
    """
    listed = statistics_pb2.DatasetFeatureStatisticsList(datasets=[rows])
    return tfdv.validate_statistics(listed, contract, environment=environment)


def _validate(
    uri: str,
    split: str,
    rows: statistics_pb2.DatasetFeatureStatistics,
    contract: schema_pb2.Schema,
    environment: str,
) -> int:
    """Writes the split's anomalies; returns 1 where there are none, as TFX has it."""
    found = anomalies_of(rows, contract, environment)
    path = anomalies_path(uri, split)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(found.SerializeToString())
    return int(not found.anomaly_info and not found.HasField("dataset_anomaly_info"))


def _drift(
    reference: standard_artifacts.ExampleStatistics, contract: schema_pb2.Schema
) -> Comparisons:
    """The newest span against the one before it."""
    readings = read_readings(reference.uri)
    faults = [readings[split].fault for split in (NEWEST, PREVIOUS) if split in readings]
    if any(faults):
        return Comparisons(not_checked=[f"drift ({fault})" for fault in faults if fault])
    if PREVIOUS not in splits_of(reference):
        return Comparisons(not_checked=[NO_SPAN_BEFORE])
    newest, previous = (read_statistics(reference.uri, split) for split in (NEWEST, PREVIOUS))
    name = f"span {reference.get_string_custom_property('previous')}"
    grown = growth(newest, previous, contract, name)
    found = distances("drift", newest, previous, contract, name)
    return Comparisons(
        [dataclasses.asdict(distance) for distance in found],
        not_measured("drift", newest, previous, contract, name, found),
        dataclasses.asdict(grown) if grown else None,
    )


def _skew(
    statistics: standard_artifacts.ExampleStatistics,
    reference: standard_artifacts.ExampleStatistics,
    contract: schema_pb2.Schema,
) -> Comparisons:
    """The training rows against the served ones."""
    readings = read_readings(reference.uri)
    if SERVED in readings and readings[SERVED].fault:
        return Comparisons(not_checked=[f"skew ({readings[SERVED].fault})"])
    if SERVED not in splits_of(reference) or _TRAIN not in splits_of(statistics):
        return Comparisons(not_checked=[NO_SERVED_ROWS])
    train = read_statistics(statistics.uri, _TRAIN)
    served = read_statistics(reference.uri, SERVED)
    found = distances("skew", train, served, contract, _SERVED_ROWS)
    return Comparisons(
        [dataclasses.asdict(distance) for distance in found],
        not_measured("skew", train, served, contract, _SERVED_ROWS, found),
    )
