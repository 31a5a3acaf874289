"""Rows as people type them."""

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from pipeline.errors import UserError
from pipeline.explaining.given import given_rows, require

SCHEMA = text_format.Parse(
    """
    default_environment: "TRAINING"
    default_environment: "SERVING"
    feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }
    feature { name: "hour" type: INT presence { min_fraction: 1 } shape {} }
    feature { name: "company" type: BYTES value_count { min: 1 max: 1 } }
    feature { name: "tips" type: FLOAT not_in_environment: "SERVING" presence { min_fraction: 1 } }
    """,
    schema_pb2.Schema(),
)


def given(*texts):
    return given_rows(texts, SCHEMA)


def message(*texts):
    with pytest.raises(UserError) as caught:
        given(*texts)
    return str(caught.value)


def test_values_have_the_types_of_the_schema():
    (row,) = given('{"fare": 9, "hour": 19.0, "company": "Größe"}')

    assert row == {"fare": 9.0, "hour": 19, "company": "Größe".encode()}
    assert (type(row["fare"]), type(row["hour"])) == (float, int)


def test_null_is_missing():
    assert given('{"fare": null, "company": "x"}') == [{"company": b"x"}]


def test_true_and_false_are_1_and_0_of_an_integer():
    rows = given('{"hour": true}', '{"hour": false}')

    assert rows == [{"hour": 1}, {"hour": 0}]
    # true is 1 in Python as well, but not as JSON writes it.
    assert [type(row["hour"]) for row in rows] == [int, int]


def test_a_file_has_a_row_or_a_list_of_rows(tmp_path):
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    one.write_text('{"hour": 1}')
    many.write_text('[{"hour": 2}, {"hour": 3}]')

    assert given(f"@{one}", '{"hour": 0}', f"@{many}") == [
        {"hour": 1},
        {"hour": 0},
        {"hour": 2},
        {"hour": 3},
    ]


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("{fare: 9}", "--row: not JSON: Expecting property name"),
        ("9", "--row: found 9; expected an object of column to value, such as --row '{"),
        ("[]", "--row: an empty list; expected at least one row"),
        ('[{"hour": 1}, 3]', "--row, row 2: found 3; expected an object"),
        (
            '{"fair": 9}',
            "--row: the schema has no column 'fair'; did you mean 'fare'? it has: fare, hour,",
        ),
        (
            '{"hour": "seven"}',
            "--row: column 'hour': found \"seven\"; expected a whole number, or null where it",
        ),
        ('{"hour": 7.5}', "--row: column 'hour': found 7.5; expected a whole number"),
        ('{"hour": 9223372036854775808}', "--row: column 'hour': found 9223372036854775808;"),
        ('{"fare": "9"}', "--row: column 'fare': found \"9\"; expected a number"),
        ('{"fare": true}', "--row: column 'fare': found true; expected a number"),
        ('{"fare": 1e39}', "--row: column 'fare': found 1e+39; expected a number"),
        ('{"fare": NaN}', "--row: column 'fare': found NaN; expected a number"),
        ('{"company": 7}', "--row: column 'company': found 7; expected a text"),
        ('{"company": ["a"]}', "--row: column 'company': found [\"a\"]; expected a text"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, beginning):
    assert message(text).startswith(beginning)


def test_a_fault_in_a_file_is_told_with_the_file(tmp_path):
    path = tmp_path / "rows.json"

    assert message(f"@{path}") == f"--row @{path}: No such file or directory"
    path.write_bytes(b"\xff\xfe")
    assert message(f"@{path}") == f"--row @{path}: not a text in UTF-8"
    path.write_text('{"hour": 1,\n}')
    assert message(f"@{path}").startswith(f"{path}: not JSON: ")
    assert "(line 2, column 1)" in message(f"@{path}")


def test_columns_that_every_row_has_are_asked_for_by_name():
    require({"fare": 1.0, "hour": 2}, ["fare", "hour", "company"], SCHEMA)
    with pytest.raises(UserError) as caught:
        require({"company": b"x"}, ["fare", "hour", "company"], SCHEMA)

    assert str(caught.value) == (
        "--row: no values of 'fare', 'hour'; the schema does not let them be missing"
    )


def test_columns_that_the_model_does_not_look_at_are_not_asked_for():
    require({"fare": 1.0}, ["fare"], SCHEMA)
