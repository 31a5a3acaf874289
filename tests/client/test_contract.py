"""A curated schema is read without TensorFlow Metadata, and means the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from schema import SERVING, columns, read_schema
from schema.features import tensor_name as names_of_the_pipeline
from tfxp_client.contract import Column, read_contract
from tfxp_client.names import tensor_name

HERE = Path(__file__).parent
TAXI = HERE.parents[1] / "schema" / "taxi" / "schema.pbtxt"
KINDS = {"bytes": "text", "int": "int", "float": "float"}


@pytest.mark.parametrize("path", [TAXI, HERE / "schema.pbtxt"], ids=["taxi", "things"])
def test_it_says_what_the_pipeline_reads(path):
    schema = read_schema(path)
    served = {column.name for column in columns(schema, SERVING)}

    expected = {
        column.name: Column(
            KINDS[column.kind], column.may_be_missing, is_served=column.name in served
        )
        for column in columns(schema)
    }
    assert read_contract(path) == expected
    assert list(read_contract(path)) == list(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("feature {", "no Schema of TensorFlow Metadata"),
        ("", "a schema without a feature"),
        ('name: "fare"', "a schema without a feature"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_name(tmp_path, text, message):
    path = tmp_path / "schema.pbtxt"
    path.write_text(text)

    with pytest.raises(ValueError, match=f"schema.pbtxt: {message}"):
        read_contract(path)


@pytest.mark.parametrize(
    "column",
    ["fare", "trip miles", "a/b.c", "class", "self", "1st", "_x", "größe", "日付", "", "a_u20_b"],
)
def test_columns_are_called_as_the_pipeline_calls_their_tensors(column):
    assert tensor_name(column) == names_of_the_pipeline(column)


def test_it_needs_no_tensorflow_metadata():
    script = (
        f"import sys; from tfxp_client.contract import read_contract; read_contract({str(TAXI)!r});"
        "sys.exit(' '.join(name for name in sys.modules if name.startswith('tensorflow')) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
