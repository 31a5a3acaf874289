"""The curated schema of the taxi trips, against the trips themselves."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from components.locations import resolve
from schema import columns, read_schema
from schema.features import Category, Number, feature_table
from schema.labels import Label

SCHEMA = Path(__file__).parents[2] / "schema" / "taxi" / "schema.pbtxt"
TRIPS = "package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"
TO_VALUE = {"int": lambda text: int(float(text)), "float": float, "bytes": str.encode}
TO_ARROW = {"int": pa.int64(), "float": pa.float32(), "bytes": pa.large_binary()}


@pytest.fixture(scope="module")
def trips():
    with Path(resolve(TRIPS)).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def anomalies(trips, environment):
    from tensorflow_data_validation import StatsOptions, validate_statistics
    from tensorflow_data_validation.statistics import stats_impl

    schema = read_schema(SCHEMA)
    arrays = {}
    for column in columns(schema):
        values = [
            [TO_VALUE[column.kind](trip[column.name])] if trip.get(column.name) else None
            for trip in trips
        ]
        if any(values):
            arrays[column.name] = pa.array(values, pa.large_list(TO_ARROW[column.kind]))
    statistics = stats_impl.generate_statistics_in_memory(
        pa.RecordBatch.from_pydict(arrays), StatsOptions(schema=schema)
    )
    found = validate_statistics(statistics, schema, environment=environment)
    return {name: info.short_description for name, info in found.anomaly_info.items()}


def test_the_trips_keep_the_contract(trips):
    assert anomalies(trips, "TRAINING") == {}
    assert anomalies(trips[:100], "TRAINING") == {}


def test_a_request_has_no_tips(trips):
    requests = [{**trip, "tips": ""} for trip in trips]

    assert anomalies(requests, "SERVING") == {}
    assert anomalies(requests, "TRAINING") == {"tips": "Column dropped"}


@pytest.mark.parametrize(
    ("column", "value", "anomaly"),
    [
        ("payment_type", "Crypto", "Unexpected string values"),
        ("trip_start_hour", "24", "Out-of-range values"),
        ("pickup_community_area", "78", "Out-of-range values"),
        ("dropoff_census_tract", "5", "Out-of-range values"),
        ("fare", "-1", "Out-of-range values"),
        ("trip_miles", "", "Multiple errors"),
    ],
)
def test_a_value_that_cannot_be_is_an_anomaly(trips, column, value, anomaly):
    broken = [{**trip, column: value} for trip in trips[:100]]

    assert anomalies([*trips[:900], *broken], "TRAINING") == {column: anomaly}


def test_census_tracts_are_codes_and_fares_are_quantities():
    table = {f.column: f for f in feature_table(read_schema(SCHEMA), Label("tips", 0.2, "fare"))}

    assert table["dropoff_census_tract"] == Category("dropoff_census_tract", True, True)
    assert table["fare"] == Number("fare", False)
    assert table["trip_start_day"].values == (1, 2, 3, 4, 5, 6, 7)
    assert len(table) == 17
