"""Which text fits which type, and what it becomes."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from components.rows.typed_columns import cast_text, without_stand_ins

BAD = object()


def cast(kind, *cells):
    """The values of one column, `BAD` where the text does not fit."""
    values, bad = cast_text(pa.array(cells, pa.string()), kind)
    found = values.to_pylist()
    for row in pc.indices_nonzero(bad).to_pylist() if bad is not None else ():
        assert found[row] is None
        found[row] = BAD
    return found


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


@pytest.mark.parametrize(
    ("kind", "expected"), [("int", pa.int64()), ("float", pa.float32()), ("bytes", pa.binary())]
)
def test_a_column_has_the_type_of_tf_example_also_when_it_is_empty(kind, expected):
    values, _ = cast_text(pa.array([None], pa.string()), kind)

    assert values.type == expected


@pytest.mark.parametrize("kind", ["int", "float", "bytes"])
def test_a_part_of_a_longer_column_is_read_as_it_is(kind):
    whole = pa.array([str(i) for i in range(300)])

    values, bad = cast_text(whole.slice(70, 70), kind)

    assert values.to_pylist() == cast_text(whole, kind)[0].to_pylist()[70:140]
    assert bad is None or not pc.any(bad).as_py()


@pytest.mark.parametrize("kind", ["int", "float"])
@pytest.mark.parametrize(
    "type", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int8(), pa.string())]
)
def test_what_stands_for_missing_is_missing_in_a_column_of_numbers(kind, type):
    column = pa.array(["0", "NA", "7", None, "?", "na"]).cast(type).slice(1)

    values = without_stand_ins(column, kind, ("NA", "?")).cast(pa.string())

    assert values.to_pylist() == [None, "7", None, None, "na"]


def test_text_and_numbers_are_left_as_they_are():
    text, numbers = pa.array(["NA", "x"]), pa.array([1.5, None])

    assert without_stand_ins(text, "bytes", ("NA",)) is text
    assert without_stand_ins(numbers, "float", ("NA",)) is numbers
    assert without_stand_ins(text, "float", ()) is text
