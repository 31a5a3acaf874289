"""Which values a column takes, and what stands for one that is missing."""

import math

import pytest

from tfxp_client.tables import ABSENT
from tfxp_client.values import Rule, convert, kind_of


def rule(dtype, may_be_missing=True, may_be_absent=True):
    return Rule(kind_of(dtype), may_be_missing, may_be_absent)


def wrong(values, **options):
    """The rows that are refused."""
    dtype = options.pop("dtype")
    return [row for row, _ in convert(values, rule(dtype, **options))[1]]


@pytest.mark.parametrize(
    ("dtype", "values", "sent"),
    [
        ("string", ["a", "ä"], [b"a", "ä".encode()]),
        ("string", ["a", None, b"\xff", float("nan")], [b"a", b"", b"\xff", b""]),
        ("int64", [1, 2], [1, 2]),
        ("int64", [1.0, True, None, ABSENT], [1, 1, -(2**63), -(2**63)]),
        ("float64", [1e300, 2], [1e300, 2.0]),
        ("int8", [-128, 127.0], [-128, 127]),
        ("uint8", [0, 255], [0, 255]),
        ("bool", [True, 0], [True, False]),
    ],
)
def test_what_fits_is_sent(dtype, values, sent):
    found, refused = convert(values, rule(dtype))

    assert (found, refused) == (sent, [])
    assert list(map(type, found)) == list(map(type, sent))


@pytest.mark.parametrize(
    ("dtype", "values", "rows"),
    [
        ("float32", [1.0, 3.5e38, -3.5e38, math.inf], [1, 2, 3]),
        ("float32", [1.0, "1", True, 10**400], [1, 2, 3]),
        ("float16", [65504.0, 65536.0], [1]),
        ("int64", [2**63 - 1, 2**63, -(2**63)], [1, 2]),
        ("int64", [1.5, "1", math.inf], [0, 1, 2]),
        ("int8", [127, 128, -129, None], [1, 2, 3]),
        ("uint8", [-1, 256, 1], [0, 1]),
        ("bool", [True, 2, None], [1, 2]),
        ("string", ["a", 1, "\ud800"], [1, 2]),
    ],
)
def test_what_does_not_fit_is_refused_row_by_row(dtype, values, rows):
    assert wrong(values, dtype=dtype) == rows
    # Values of one type only are looked at all at once.
    for row in rows:
        assert wrong([values[row]], dtype=dtype) == [0]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("string", ["a", ""]),
        ("string", ["a", b""]),
        ("string", ["a", None]),
        ("int64", [1, None]),
        ("float32", [1.0, math.nan]),
        ("float32", [1.0, ABSENT]),
    ],
)
def test_what_the_schema_asks_for_is_missed(dtype, values):
    assert wrong(values, dtype=dtype, may_be_missing=False) == [1]
    assert wrong(values, dtype=dtype) == []


def test_a_column_that_a_row_lacks_is_not_the_same_as_one_without_a_value():
    assert wrong([1, ABSENT], dtype="int64", may_be_absent=False) == [1]
    assert wrong([1, None], dtype="int64", may_be_absent=False) == []
