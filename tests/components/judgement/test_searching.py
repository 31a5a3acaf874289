"""Where answers are worst."""

import numpy as np
import pytest

from components.judgement import searching
from components.judgement.searching import weakness, worst_rows
from tests.components.judgement.answered import KINDS, answers


def is_planted(columns):
    return (columns["a"] == "x") & (columns["b"] == "q")


def test_a_planted_slice_is_named_with_its_rows_and_interval():
    answered = answers(flipped=is_planted)

    plain = weakness(answered, "binary", KINDS, [*KINDS], seed=1).plain()

    (worst,) = plain["slices"]
    assert (plain["metric"], plain["rows"], worst["slice"]) == ("log loss", 4000, "a=x, b=q")
    assert plain["overall"] < worst["low"] < worst["candidate"] < worst["high"]


def test_only_the_columns_that_were_named_are_searched():
    answered = answers(flipped=is_planted)

    assert weakness(answered, "binary", KINDS, ["x", "code"], seed=1).slices == ()


def test_of_many_rows_a_sample_is_searched(monkeypatch):
    monkeypatch.setattr(searching, "_MOST_SEARCHED", 3000)
    answered = answers(flipped=lambda columns: columns["a"] == "x")

    found = weakness(answered, "binary", KINDS, [*KINDS], seed=1)

    assert (found.rows, [str(each) for each in found.slices]) == (3000, ["a=x"])
    assert found == weakness(answered, "binary", KINDS, [*KINDS], seed=1)


def test_answers_that_are_no_numbers_are_left_out_of_the_search():
    answered = answers()
    answered.candidate[:10] = np.nan

    assert weakness(answered, "binary", KINDS, [*KINDS], seed=1).rows == 3990


def test_without_rows_there_is_no_weakness():
    found = weakness(answers(0), "binary", KINDS, [*KINDS], seed=1)

    assert found.plain() == {"metric": "log loss", "overall": None, "rows": 0, "slices": []}


def test_the_worst_rows_say_what_they_are_and_where_they_lie():
    answered = answers(flipped=is_planted)
    weak = weakness(answered, "binary", KINDS, [*KINDS], seed=1)

    table = worst_rows(answered, "binary", KINDS, [["code"], ["code", "a"]], weak)

    rows = table.to_pylist()
    assert len(rows) == 100
    assert [row["loss"] for row in rows] == sorted((row["loss"] for row in rows), reverse=True)
    for row in rows:
        weak_ones = ["a=x, b=q"] if (row["a"], row["b"]) == ("x", "q") else []
        declared = [f"code={row['code']}", f"a={row['a']}, code={row['code']}"]
        assert row["slices"] == weak_ones + declared
        right = row["prediction"] if row["label"] else 1 - row["prediction"]
        assert row["loss"] == pytest.approx(-np.log(max(right, 1e-7)), rel=1e-4)
    assert sum("a=x, b=q" in row["slices"][:1] for row in rows) > 30


def test_a_row_without_a_value_is_in_no_slice_by_it():
    texts = np.array(["p", None], object)[np.arange(200) % 2]
    answered = answers(200, a=texts)
    weak = weakness(answered, "binary", KINDS, [], seed=1)

    rows = worst_rows(answered, "binary", KINDS, [["a"]], weak).to_pylist()

    assert {(row["a"], *row["slices"]) for row in rows} == {("p", "a=p"), (None,)}


def test_a_declared_slice_that_is_weak_is_said_once():
    answered = answers(flipped=lambda columns: columns["a"] == "x")
    weak = weakness(answered, "binary", KINDS, [*KINDS], seed=1)

    rows = worst_rows(answered, "binary", KINDS, [["a"]], weak).to_pylist()

    assert {tuple(row["slices"]) for row in rows} == {(f"a={row['a']}",) for row in rows}


def test_worst_rows_have_the_types_of_the_examples():
    answered = answers()
    weak = weakness(answered, "binary", KINDS, [], seed=1)

    table = worst_rows(answered, "binary", KINDS, [], weak)

    types = {name: str(table.schema.field(name).type) for name in KINDS}
    assert types == {"a": "string", "b": "string", "code": "int64", "x": "float"}
