"""Reading a schema file, and every way in which one is refused."""

import subprocess
import sys

import pytest

from schema import SERVING, TRAINING, Column, SchemaError, columns, read_schema

ENVIRONMENTS = 'default_environment: "TRAINING"\ndefault_environment: "SERVING"\n'
FARE = 'feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }\n'
COMPANY = 'feature { name: "company" type: BYTES presence { min_fraction: 0.5 } }\n'
TIPS = (
    'feature { name: "tips" type: FLOAT presence { min_fraction: 1 } shape {}\n'
    '  not_in_environment: "SERVING" }\n'
)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "schema.pbtxt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_serving_has_no_label(written):
    schema = read_schema(written(ENVIRONMENTS + FARE + COMPANY + TIPS))

    assert columns(schema, SERVING) == (
        Column("fare", "float", may_be_missing=False),
        Column("company", "bytes", may_be_missing=True),
    )
    assert [column.name for column in columns(schema, TRAINING)] == ["fare", "company", "tips"]
    assert columns(schema) == columns(schema, TRAINING)


def test_an_unknown_environment_is_an_error_that_names_the_known(written):
    schema = read_schema(written(ENVIRONMENTS + FARE))

    with pytest.raises(SchemaError, match="'PLAY'; its default_environment lists: TRAINING, SERV"):
        columns(schema, "PLAY")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the schema has no column"),
        (FARE + 'feature { nam: "x" }\n', 2, 'not a tensorflow_metadata Schema: .*"nam"'),
        (FARE + COMPANY + FARE, 3, "column 'fare' stands 2 times"),
        (FARE + 'feature { name: "x" type: STRUCT }', 2, "column 'x': type STRUCT is not"),
        (FARE + 'feature { name: "x" }', 2, "type TYPE_UNKNOWN is not supported"),
        ('feature { name: "x" type: INT value_count { max: 3 } }', 1, "more than one value a row"),
        ('feature { name: "x" type: INT shape {} }', 1, "set presence { min_fraction: 1 }"),
        ('feature { name: "x" type: BYTES domain: "d" }', 1, "no string_domain is named 'd'"),
        (
            FARE + 'feature { name: "x" type: INT not_in_environment: "SERVING" }',
            2,
            "environment 'SERVING' is not a default_environment; listed are: none",
        ),
        (
            'feature { name: "fare" type: FLOAT drift_comparator { infinity_norm {} } }',
            1,
            "drift_comparator { infinity_norm } compares categories only; for a number set",
        ),
        (
            FARE + "dataset_constraints {\n  num_examples_version_comparator {} }",
            3,
            "num_examples_version_comparator is not supported: no other version of a span",
        ),
    ],
)
def test_a_wrong_schema_is_refused_with_file_and_line(written, text, line, message):
    path = written(text)

    with pytest.raises(SchemaError, match=message) as caught:
        read_schema(path)

    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SchemaError, match="nowhere.pbtxt: no such schema file"):
        read_schema(tmp_path / "nowhere.pbtxt")


def test_the_room_loads_without_tensorflow():
    code = (
        "import sys, schema, schema.features; "
        "print(sorted({'tensorflow', 'tfx', 'apache_beam'} & set(sys.modules)))"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
