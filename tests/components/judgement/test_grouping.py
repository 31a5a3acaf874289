"""How the values of a column become groups."""

import numpy as np
import pyarrow as pa

from components.answering.answers import Coded
from components.judgement.grouping import ByRange, arrow_values, group_values


def grouped(values, *, most=10, ranges=4, min_rows=1):
    grouping = group_values("x", values, most=most, ranges=ranges, min_rows=min_rows)
    return [grouping.names[code] for code in grouping.codes(values)], grouping


def test_columns_of_answers_become_values():
    text = Coded(np.array([1, -1, 0], np.int32), ("a", "b"))
    codes = Coded(np.array([1, -1, 0], np.int32), ("-5", "40"))

    assert arrow_values(text, "bytes").to_pylist() == ["b", None, "a"]
    assert arrow_values(codes, "int").to_pylist() == [40, None, -5]
    assert arrow_values(np.array([0.5, np.nan], np.float32), "float").to_pylist() == [0.5, None]


def test_text_is_grouped_by_value():
    assert grouped(pa.array(["a", "b", None, "a"]))[0] == ["a", "b", "missing", "a"]


def test_rare_values_are_joined_and_counted():
    names, _ = grouped(pa.array(["a", "a", "b", "b", "c", "d"]), min_rows=2)

    assert names == ["a", "a", "b", "b", "2 rarer values", "2 rarer values"]


def test_of_values_as_common_the_first_by_name_are_kept():
    assert grouped(pa.array(["c", "a", "b"]), most=2)[0] == ["1 rarer values", "a", "b"]


def test_few_numbers_are_values():
    assert grouped(pa.array([1, 0, None, 1]))[0] == ["1", "0", "missing", "1"]
    assert grouped(pa.array([0.5, 2, None]))[0] == ["0.5", "2", "missing"]


def test_many_numbers_are_cut_at_quantiles_and_the_upper_edge_is_within():
    names, grouping = grouped(pa.array([*range(1, 101)]))

    assert grouping.edges == (25, 50, 75)
    assert (names[24], names[25], names[99]) == ("up to 25", "25 to 50", "above 75")
    assert [names.count(name) for name in grouping.names] == [25, 25, 25, 25, 0]


def test_quantiles_that_fall_together_are_one_edge():
    _, grouping = grouped(pa.array([0] * 90 + [*range(1, 11)]), most=5)

    assert grouping.edges == (0,)
    assert grouping.names == ("up to 0", "above 0", "missing")


def test_edges_that_look_alike_get_more_digits():
    assert ByRange("time", (1385000000.0, 1385000060.0)).names[1] == "1385000000 to 1385000060"
    assert ByRange("x", (0.123456789, 1.1)).names[1] == "0.123457 to 1.1"
    assert ByRange("x", (0.123456781, 0.123456789)).names[1] == "0.12345678 to 0.12345679"


def test_a_grouping_fits_rows_that_it_was_not_made_from():
    _, by_value = grouped(pa.array(["a", "b"]))
    _, by_range = grouped(pa.array([*range(1, 101)]))

    assert by_value.codes(pa.array(["z", None])).tolist() == [2, 3]
    assert by_range.codes(pa.array([1e9, None])).tolist() == [3, 4]


def test_a_column_without_any_value_is_one_group():
    names, _ = grouped(pa.nulls(2, pa.string()))

    assert names == ["missing", "missing"]
