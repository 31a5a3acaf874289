"""What a column becomes, by its entry in the schema."""

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from schema import SchemaError
from schema.features import (
    TEXT_BUCKETS,
    Buckets,
    Category,
    Cross,
    Date,
    Hashed,
    Number,
    Overrides,
    Text,
    feature_table,
    sources,
    tensor_name,
    transformed,
    transformed_name,
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
        ("type: BYTES natural_language_domain {}", Text("x", True, TEXT_BUCKETS)),
        (
            'type: BYTES bool_domain { true_value: "yes" false_value: "no" }',
            Category("x", True, False, ("no", "yes")),
        ),
        ('type: BYTES time_domain { string_format: "%Y" }', Date("x", True, has_time=False)),
        ('type: BYTES time_domain { string_format: "%Y %H" }', Date("x", True, has_time=True)),
        (
            "type: INT time_domain { integer_format: UNIX_SECONDS }",
            Date("x", True, has_time=True, unit="seconds"),
        ),
        (
            "type: INT time_domain { integer_format: UNIX_DAYS }",
            Date("x", True, has_time=False, unit="days"),
        ),
        ("type: INT time_domain { integer_format: FORMAT_UNKNOWN }", Number("x", True)),
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


@pytest.mark.parametrize(
    ("entry", "said", "feature"),
    [
        ("type: FLOAT", {"log": True}, Number("x", True, log=True)),
        ("type: FLOAT", {"buckets": 9}, Buckets("x", True, 9)),
        ("type: INT", {"as": "category"}, Category("x", True, True)),
        ("type: INT", {"hash": 9}, Hashed("x", True, 9)),
        ("type: INT", {"vocabulary": 9}, Category("x", True, True, most=9)),
        # A code that is said to be counted is a number, whatever its domain.
        ("type: INT int_domain { min: 1 max: 3 }", {"as": "number"}, Number("x", True)),
        ("type: INT int_domain { is_categorical: true }", {"buckets": 9}, Buckets("x", True, 9)),
        (
            "type: INT time_domain { integer_format: UNIX_SECONDS }",
            {"as": "number"},
            Number("x", True),
        ),
        ("type: BYTES", {"as": "text"}, Text("x", True, TEXT_BUCKETS)),
        ("type: BYTES", {"as": "text", "hash": 9}, Text("x", True, 9)),
        ("type: BYTES", {"hash": 9}, Hashed("x", True, 9)),
        ("type: BYTES", {"as": "date"}, Date("x", True, has_time=True)),
        ("type: BYTES natural_language_domain {}", {"hash": 9}, Text("x", True, 9)),
        (
            "type: BYTES natural_language_domain {}",
            {"as": "category"},
            Category("x", True, False),
        ),
        (
            'type: BYTES time_domain { string_format: "%Y" }',
            {"vocabulary": 9},
            Category("x", True, False, most=9),
        ),
    ],
)
def test_an_override_makes_another_feature_of_a_column(entry, said, feature):
    schema = parsed(f'feature {{ name: "x" {entry} }} {LABEL}')

    overrides = Overrides.from_plain({"columns": {"x": said}})
    assert feature_table(schema, Label("y"), overrides) == (feature,)
    assert Overrides.from_plain(overrides.to_plain()) == overrides


def test_crosses_come_behind_all_columns_under_a_name_of_their_own():
    schema = parsed(
        'feature { name: "a b" type: BYTES } feature { name: "c" type: FLOAT }'
        f'feature {{ name: "d" type: BYTES }} {LABEL}'
    )
    said = {
        "columns": {"c": {"buckets": 4}},
        "crosses": [{"columns": ["c", "a b"], "hash": 7}],
    }

    *_, cross = feature_table(schema, Label("y"), Overrides.from_plain(said))
    assert cross == Cross(("c", "a b"), 7)
    assert sources(cross) == ("c", "a b")
    assert transformed_name(cross) == "c_x_a_u20_b_xf"


def test_a_cross_and_a_column_of_one_name_are_refused():
    schema = parsed(
        'feature { name: "a" type: BYTES } feature { name: "b" type: BYTES }'
        f'feature {{ name: "A_x_b" type: FLOAT }} {LABEL}'
    )
    said = Overrides.from_plain({"crosses": [{"columns": ["a", "b"], "hash": 7}]})

    with pytest.raises(SchemaError, match="columns 'A_x_b' and 'a x b' share the tensor name"):
        feature_table(schema, Label("y"), said)


def test_an_override_that_makes_no_sense_is_an_error_with_its_place():
    schema = parsed(f'feature {{ name: "x" type: FLOAT }} {LABEL}')
    said = Overrides.from_plain({"columns": {"x": {"hash": 9}}})

    with pytest.raises(SchemaError, match=r"features\.columns\.x\.hash: is for category; a col"):
        feature_table(schema, Label("y"), said)


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
