"""Which text fits which type, and what it becomes."""

import math

import numpy as np
import pyarrow as pa
import pytest

from components.example_gen.typed_columns import typed

BAD = object()


def cast(kind, *cells):
    """The values of one column, `BAD` where the text does not fit."""
    result = typed(pa.record_batch([pa.array(cells, pa.string())], ["x"]), {"x": kind})
    values = result.batch.column("x").to_pylist()
    for row in result.bad.get("x", ()):
        assert values[row] is None
        values[row] = BAD
    return values


INT_CELLS = {
    "7": 7,
    "-7": -7,
    "+7": 7,
    "007": 7,
    "7.0": 7,
    "7.": 7,
    "70e-1": 7,
    "17031081401.0": 17031081401,
    "1.7031081401e10": 17031081401,
    "9007199254740993.0": 9007199254740993,
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    "nan": None,
    "NaN": None,
    "9223372036854775808": BAD,
    "1e19": BAD,
    "1e999999999": BAD,
    "7.5": BAD,
    "0x7": BAD,
    "7_0": BAD,
    "1,000": BAD,
    "٧": BAD,
    "inf": BAD,
    "seven": BAD,
    "-": BAD,
}

FLOAT_CELLS = {
    "1.5": 1.5,
    "-1.5": -1.5,
    "+1.5": 1.5,
    ".5": 0.5,
    "1.": 1.0,
    "15e-1": 1.5,
    "7": 7.0,
    "0.1": float(np.float32(0.1)),
    "1e-50": 0.0,
    "inf": math.inf,
    "-Infinity": -math.inf,
    "nan": None,
    "NaN": None,
    "1e39": BAD,
    "-1e39": BAD,
    "0x1p3": BAD,
    "nan(1)": BAD,
    "1_0.5": BAD,
    "1,5": BAD,
    "١": BAD,
    "twelve": BAD,
    "$5": BAD,
    "e5": BAD,
    ".": BAD,
}


@pytest.mark.parametrize(("cell", "value"), INT_CELLS.items())
def test_what_a_whole_number_is(cell, value):
    assert cast("int", cell) == [value]


@pytest.mark.parametrize(("cell", "value"), FLOAT_CELLS.items())
def test_what_a_number_is(cell, value):
    assert cast("float", cell) == [value]


@pytest.mark.parametrize(("kind", "cells"), [("int", INT_CELLS), ("float", FLOAT_CELLS)])
def test_a_cell_means_the_same_whatever_its_neighbours(kind, cells):
    assert cast(kind, *cells, None) == [*cells.values(), None]


def test_text_is_kept_as_it_is():
    assert cast("bytes", "7", "nan", "grün", None) == [b"7", b"nan", "grün".encode(), None]


def test_a_column_that_the_schema_lacks_is_text():
    batch = pa.record_batch([pa.array(["7"])], ["new"])

    assert typed(batch, {}).batch.schema.field("new").type == pa.binary()


def test_columns_have_the_types_of_tf_example_also_when_they_are_empty():
    empty = pa.array([None], pa.string())
    batch = pa.record_batch([empty, empty, empty], ["i", "f", "b"])

    result = typed(batch, {"i": "int", "f": "float", "b": "bytes"})

    assert result.batch.schema.types == [pa.int64(), pa.float32(), pa.binary()]
    assert result.bad == {}
