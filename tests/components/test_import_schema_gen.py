"""From the curated schema file to the Schema artifact."""

import hashlib

import pytest
from tfx.types import standard_artifacts

from components.errors import InputError
from components.import_schema_gen import ImportSchemaGen
from components.schema_file import schema_fingerprint
from schema import columns, read_schema

SCHEMA = """
# A comment that the copy keeps.
feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "company" type: BYTES value_count { min: 1 max: 1 } }
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.pbtxt"
    path.write_text(SCHEMA, encoding="utf-8")
    return path


def imported(tmp_path, location):
    schema = standard_artifacts.Schema()
    schema.uri = str(tmp_path / "artifact")
    (tmp_path / "artifact").mkdir()
    ImportSchemaGen.test_call(schema=schema, schema_path=str(location))
    return schema


def test_the_artifact_holds_the_file_byte_for_byte(tmp_path, source):
    imported(tmp_path, source)

    assert [path.name for path in (tmp_path / "artifact").iterdir()] == ["schema.pbtxt"]
    assert (tmp_path / "artifact" / "schema.pbtxt").read_bytes() == source.read_bytes()


def test_the_artifact_knows_the_file_by_its_content(tmp_path, source):
    schema = imported(tmp_path, source)

    expected = hashlib.sha256(SCHEMA.encode()).hexdigest()
    assert schema.get_string_custom_property("fingerprint") == expected
    assert schema_fingerprint(str(source)) == expected
    assert schema.get_string_custom_property("summary") == f"2 columns from {source}"


def test_a_changed_comment_changes_the_fingerprint(source):
    before = schema_fingerprint(str(source))

    source.write_text(SCHEMA.replace("comment", "remark"), encoding="utf-8")

    assert schema_fingerprint(str(source)) != before


def test_a_schema_that_does_not_parse_names_its_own_file_and_line(tmp_path, source):
    source.write_text(SCHEMA.replace("type: FLOAT", "typo: FLOAT"), encoding="utf-8")

    with pytest.raises(InputError, match=rf"^{source}:3: .*typo"):
        imported(tmp_path, source)


def test_a_schema_that_is_not_there_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(InputError) as caught:
        imported(tmp_path, tmp_path / "none.pbtxt")

    assert str(caught.value) == (
        f"data.schema = '{tmp_path}/none.pbtxt': no file at {tmp_path}/none.pbtxt; "
        "expected a schema in text format"
    )


def test_columns_that_no_step_is_to_see_are_not_in_the_artifact(tmp_path, source):
    schema = standard_artifacts.Schema()
    schema.uri = str(tmp_path)

    ImportSchemaGen.test_call(schema=schema, schema_path=str(source), without='["company", "x"]')

    text = (tmp_path / "schema.pbtxt").read_text(encoding="utf-8")
    assert "company" not in text
    assert [column.name for column in columns(read_schema(tmp_path / "schema.pbtxt"))] == ["fare"]
    assert schema.get_string_custom_property("fingerprint") == schema_fingerprint(str(source))
