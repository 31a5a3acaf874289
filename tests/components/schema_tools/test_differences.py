"""How a curated schema and the data differ, with what the real TFDV infers."""

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.schema_tools.differences import differences


def compared(curated, **columns):
    listed = tfdv.generate_statistics_from_dataframe(pd.DataFrame(columns))
    parsed = text_format.Parse(curated, schema_pb2.Schema())
    return list(differences(parsed, tfdv.infer_schema(listed), listed.datasets[0]))


def found(feature, cells):
    return [said for _, said in compared(f'feature {{ name: "x" {feature} }}', x=cells)]


def test_of_a_column_without_a_value_nothing_else_is_said():
    assert found("type: INT int_domain { min: 1 }", [None] * 5) == ["no value in the data"]


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("int_domain { min: 2 max: 9 }", ["domain 2 to 9, the data have 1 to 10"]),
        ("int_domain { min: 2 }", ["domain 2 to inf, the data have 1 to 10"]),
        ("int_domain { max: 9 }", ["domain -inf to 9, the data have 1 to 10"]),
        ("int_domain { min: 1 max: 10 }", []),
        ("int_domain { is_categorical: true }", []),
        ("", []),
    ],
)
def test_numbers_beyond_their_domain_are_a_difference(domain, said):
    feature = f"type: INT presence {{ min_fraction: 1 }} {domain}"

    assert found(feature, [1, 5, 10]) == said


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        ("type: BYTES presence { min_fraction: 1 }", "type BYTES, the data have INT"),
        ("type: INT", "in at least 0 % of rows, the data have it in 100 %"),
    ],
)
def test_differences_are_told_in_words(feature, said):
    assert found(feature, [1, 5, 10]) == [said]


def test_values_and_columns_that_one_side_lacks_are_told():
    curated = """
    string_domain { name: "d" value: "a" value: "b" }
    feature { name: "x" type: BYTES presence { min_fraction: 1 } domain: "d" }
    feature { name: "old" type: INT }
    """

    assert compared(curated, x=["b", "c"] * 50, new=[1] * 100) == [
        ("x", "values that the domain lacks: 'c'"),
        ("x", "values that the data lack: 'a'"),
        ("old", "in the curated schema only"),
        ("new", "in the data only, as INT"),
    ]
