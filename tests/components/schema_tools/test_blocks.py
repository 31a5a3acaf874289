"""Editing one block of a schema file and leaving the rest as it is."""

import difflib
from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.schema_tools.blocks import rewritten
from components.schema_tools.text_fields import fields

TAXI = "schema/taxi/schema.pbtxt"
TEXT = """\
# The contract. Do not { touch } "this".
default_environment: "TRAINING"   # kept

string_domain { name: "payment" value: "Cash" value: "a } b" }  # braces in a value

# What a trip cost.
feature {
  name: "fare"   # dollars
  type: FLOAT
}
feature < name: "hour" type: INT int_domain { min: 0 max: 23 } >
"""


def parsed(text):
    return text_format.Parse(text, schema_pb2.Schema())


def test_blocks_are_found_whatever_stands_in_comments_and_values():
    found = [(field.name, TEXT[field.start : field.end]) for field in fields(TEXT)]

    names = ["default_environment", "string_domain", "feature", "feature"]
    assert [name for name, _ in found] == names
    assert found[1][1].endswith('value: "a } b" }')
    assert found[3][1].endswith(">")


def test_only_the_field_that_differs_is_written_anew():
    new = parsed(TEXT)
    new.feature[1].int_domain.max = 24

    text = rewritten(TEXT, parsed(TEXT), new)

    assert text == TEXT.replace("max: 23", "max: 24")


def test_what_is_new_stands_at_the_end():
    new = parsed(TEXT)
    new.feature.add(name="größe", type=schema_pb2.BYTES).presence.min_count = 1

    text = rewritten(TEXT, parsed(TEXT), new)

    assert text.startswith(TEXT.rstrip("\n"))
    assert text.endswith(
        'feature {\n  name: "größe"\n  type: BYTES\n  presence { min_count: 1 }\n}\n'
    )


def test_a_named_domain_is_widened_where_it_stands():
    new = parsed(TEXT)
    new.string_domain[0].value.append("Crypto")

    text = rewritten(TEXT, parsed(TEXT), new)

    assert text == TEXT.replace('"a } b"', '"a } b" value: "Crypto"')


def changed(path, edit):
    """What becomes of the lines of a schema file: those that go, and those that come."""
    before = Path(path).read_text(encoding="utf-8")
    new = parsed(before)
    edit({feature.name: feature for feature in new.feature}, new)
    after = rewritten(before, parsed(before), new)
    assert parsed(after) == new
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0))[2:]
    return [line for line in lines if not line.startswith("@@")]


def test_a_bound_changes_within_its_line():
    def edit(features, schema):
        features["fare"].float_domain.min = -3
        features["fare"].float_domain.ClearField("max")
        features["fare"].float_domain.ClearField("disallow_inf")

    assert changed(TAXI, edit) == [
        "-  float_domain { min: 0 max: 10000 disallow_nan: true disallow_inf: true }",
        "+  float_domain { min: -3.0 disallow_nan: true }",
    ]


def test_a_value_of_a_domain_gets_a_line_where_values_have_lines():
    def edit(features, schema):
        schema.string_domain[0].value.extend(["Bitcoin", 'say "Größe"'])

    assert changed(TAXI, edit) == ['+  value: "Bitcoin"', '+  value: "say \\"Größe\\""']


def test_what_comes_for_something_that_goes_takes_its_place():
    def edit(features, schema):
        features["fare"].value_count.min = 1
        features["fare"].presence.ClearField("min_fraction")

    assert changed(TAXI, edit) == [
        "-  presence { min_fraction: 1 min_count: 1 }",
        "-  shape {}",
        "+  presence { min_count: 1 }",
        "+  value_count { min: 1 }",
    ]


def test_a_field_goes_with_its_line_and_one_comes_behind_the_last():
    def edit(features, schema):
        features["trip_seconds"].ClearField("int_domain")
        features["tips"].not_in_environment.append("ONLINE")
        features["company"].lifecycle_stage = schema_pb2.BETA
        features["company"].unique_constraints.SetInParent()

    assert changed(TAXI, edit) == [
        "+  lifecycle_stage: BETA",
        "+  unique_constraints {}",
        "-  int_domain { min: 0 }",
        '+  not_in_environment: "ONLINE"',
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('feature { name: "x" shape {} }', 'feature { name: "x" shape { dim { size: 1 } } }'),
        (
            'feature { name: "x", type: INT; deprecated: true }',
            'feature { name: "x", type: BYTES; }',
        ),
        (
            'feature {\n  name: "x" in_environment: ["A", "B"]  # both\n  type: INT\n}',
            'feature {\n  name: "x" in_environment: "B"  # both\n  type: INT\n}',
        ),
        (
            'feature {\n  in_environment: "A"\n  # why B\n  in_environment: "B"\n  name: "x"\n}',
            'feature {\n  in_environment: "C"\n  # why B\n  name: "x"\n}',
        ),
        (
            "feature {\n  name: 'x' \"y\"  # one name\n  type: INT }",
            "feature {\n  name: 'x' \"y\"  # one name\n  type: BYTES }",
        ),
    ],
)
def test_any_way_to_write_a_field_is_understood(before, after):
    assert rewritten(before, parsed(before), parsed(after)) == after


def test_without_a_change_nothing_changes():
    assert rewritten(TEXT, parsed(TEXT), parsed(TEXT)) == TEXT
