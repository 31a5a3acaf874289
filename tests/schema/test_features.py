"""What a column becomes, by its entry in the schema."""

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from schema import SchemaError
from schema.features import (
    Category,
    Number,
    Overrides,
    feature_table,
    tensor_name,
    transformed,
)
from schema.labels import Label

LABEL = 'feature { name: "y" type: INT not_in_environment: "SERVING" }'


def parsed(text):
    environments = 'default_environment: "TRAINING" default_environment: "SERVING" '
    return text_format.Parse(environments + text, schema_pb2.Schema())


@pytest.mark.parametrize(
    ("entry", "feature"),
    [
        ("type: FLOAT", Number("x", True)),
        ("type: FLOAT presence { min_fraction: 1 }", Number("x", False)),
        ("type: INT", Number("x", True)),
        ("type: INT int_domain { min: 0 max: 100 }", Number("x", True)),
        ("type: INT int_domain { min: 1 max: 3 }", Category("x", True, True, (1, 2, 3))),
        ("type: INT bool_domain {}", Category("x", True, True, (0, 1))),
        ("type: INT int_domain { is_categorical: true }", Category("x", True, True)),
        (
            "type: INT int_domain { min: 0 max: 100 is_categorical: true }",
            Category("x", True, True),
        ),
        ("type: BYTES", Category("x", True, False)),
        ('type: BYTES string_domain { value: "a" }', Category("x", True, False, ("a",))),
        ('type: BYTES domain: "d"', Category("x", True, False, ("b", "c"))),
        (
            'type: BYTES domain: "d" distribution_constraints { min_domain_mass: 0.9 }',
            Category("x", True, False),
        ),
    ],
)
def test_a_column_becomes_a_feature_by_its_type_and_domain(entry, feature):
    domain = 'string_domain { name: "d" value: "b" value: "c" } '
    schema = parsed(f'{domain} feature {{ name: "x" {entry} }} {LABEL}')

    assert feature_table(schema, Label("y")) == (feature,)


def test_label_dropped_and_unchecked_columns_are_no_features():
    schema = parsed(
        'feature { name: "keep" type: FLOAT } feature { name: "drop" type: FLOAT }'
        'feature { name: "late" type: FLOAT not_in_environment: "SERVING" }'
        'feature { name: "old" type: FLOAT lifecycle_stage: DEPRECATED }'
        'feature { name: "y" type: INT }'
    )

    table = feature_table(schema, Label("y"), Overrides(drop=("drop",)))

    assert [feature.column for feature in table] == ["keep"]


@pytest.mark.parametrize(
    ("label", "drop", "message"),
    [
        (Label("fair"), [], "no column 'fair'; did you mean 'fare'?"),
        (Label("y", 0.2, "zzz"), [], "no column 'zzz'; it has: fare, text, y"),
        (Label("y", 0.2, "text"), [], "a share of column 'text' needs a number"),
        (Label("y"), ["tex"], "no column 'tex'; did you mean 'text'?"),
        (Label("y"), ["text", "fare"], "no feature is left"),
    ],
)
def test_a_name_that_the_schema_does_not_know_is_an_error(label, drop, message):
    schema = parsed(
        f'feature {{ name: "fare" type: FLOAT }} feature {{ name: "text" type: BYTES }} {LABEL}'
    )

    with pytest.raises(SchemaError) as caught:
        feature_table(schema, label, Overrides(drop=tuple(drop)))

    assert message in str(caught.value)


def test_a_share_needs_its_whole():
    with pytest.raises(SchemaError, match="share and of go together, got share=0.2 and of=None"):
        Label("tips", share=0.2)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("fare", "fare"),
        ("Trip_2", "Trip_2"),
        ("trip miles", "trip_u20_miles"),
        ("a/b.c", "a_u2f_b_u2e_c"),
        ("größe", "gr_uf6__udf_e"),
        ("2nd", "c2nd"),
        ("_x", "c_x"),
        ("class", "class_u_"),
        ("None", "None_u_"),
        ("self", "self_u_"),
    ],
)
def test_any_column_has_a_tensor_name(column, name):
    assert tensor_name(column) == name
    assert transformed(column) == f"{name}_xf"


@pytest.mark.parametrize(("one", "other"), [("a b", "a_u20_b"), ("a_b", "A_B")])
def test_columns_that_share_a_tensor_name_are_refused(one, other):
    schema = parsed(
        f'feature {{ name: "{one}" type: INT }} feature {{ name: "{other}" type: INT }} {LABEL}'
    )

    with pytest.raises(SchemaError, match=f"columns '{one}' and '{other}' share the tensor name"):
        feature_table(schema, Label("y"))
