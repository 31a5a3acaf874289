"""What the values of a label mean."""

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from schema import SchemaError
from schema.labels import Label, label_classes


def classes(entry, task, **label):
    text = f'feature {{ name: "y" {entry} }}'
    schema = text_format.Parse(text, schema_pb2.Schema())
    return label_classes(schema, Label("y", **label), task)


TEXT = 'type: BYTES string_domain { value: "a" value: "b" value: "c" }'


@pytest.mark.parametrize(
    ("entry", "task", "positive", "expected"),
    [
        (TEXT, "multiclass", None, ("a", "b", "c")),
        ("type: INT int_domain { min: 3 max: 5 }", "multiclass", None, (3, 4, 5)),
        ("type: INT bool_domain {}", "multiclass", None, (0, 1)),
        (TEXT, "binary", "b", ("a", "c", "b")),
        ("type: BYTES", "binary", "b", ("b",)),
        ("type: INT int_domain { min: 1 max: 2 }", "binary", "1", (2, 1)),
        ("type: INT", "binary", None, ()),
        ("type: FLOAT", "regression", None, ()),
    ],
)
def test_classes_are_those_that_the_schema_lists(entry, task, positive, expected):
    assert classes(entry, task, positive=positive) == expected


@pytest.mark.parametrize(
    ("entry", "task", "positive", "message"),
    [
        ("type: BYTES", "multiclass", None, "the schema does not list the classes of 'y'; add a"),
        ("type: INT int_domain { min: 0 }", "multiclass", None, "does not list the classes"),
        ("type: BYTES", "binary", None, "say with label.positive which of its values is class 1"),
        (TEXT, "binary", "z", "'z' is not among the values that the schema lists for 'y': a, b, c"),
        ("type: INT", "binary", "yes", "holds whole numbers, and 'yes' is none"),
        ("type: BYTES", "regression", None, "'y' holds text; a regression needs numbers"),
    ],
)
def test_a_label_that_does_not_fit_its_task_is_refused(entry, task, positive, message):
    with pytest.raises(SchemaError) as caught:
        classes(entry, task, positive=positive)

    assert message in str(caught.value)
