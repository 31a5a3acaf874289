"""Editing one block of a schema file and leaving the rest as it is."""

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.schema_tools.blocks import blocks, rewritten

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
    found = [(block.field, TEXT[block.start : block.end]) for block in blocks(TEXT)]

    assert [field for field, _ in found] == ["string_domain", "feature", "feature"]
    assert found[0][1].endswith('value: "a } b" }')
    assert found[2][1].endswith(">")


def test_only_the_block_that_differs_is_written_anew():
    new = parsed(TEXT)
    new.feature[1].int_domain.max = 24

    text = rewritten(TEXT, parsed(TEXT), new)

    head, tail = TEXT.split("feature <")
    assert text.startswith(head)
    assert parsed(text) == new
    assert text.endswith("\n")
    assert "hour" in tail


def test_what_is_new_stands_at_the_end():
    new = parsed(TEXT)
    new.feature.add(name="größe", type=schema_pb2.BYTES)

    text = rewritten(TEXT, parsed(TEXT), new)

    assert text.startswith(TEXT.rstrip("\n"))
    assert text.endswith('feature {\n  name: "größe"\n  type: BYTES\n}\n')


def test_a_named_domain_is_widened_where_it_stands():
    new = parsed(TEXT)
    new.string_domain[0].value.append("Crypto")

    text = rewritten(TEXT, parsed(TEXT), new)

    assert parsed(text) == new
    assert "  # braces in a value" in text
    assert text.splitlines()[:2] == TEXT.splitlines()[:2]


def test_without_a_change_nothing_changes():
    assert rewritten(TEXT, parsed(TEXT), parsed(TEXT)) == TEXT
