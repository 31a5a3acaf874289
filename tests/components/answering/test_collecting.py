"""Columns that are put together from pieces."""

import numpy as np

from components.answering.answers import MISSING, Answers, Coded, as_text
from components.answering.collecting import Collector
from components.transform.rows import NO_INTEGER


def collected(kind, *pieces):
    collector = Collector(kind)
    for piece in pieces:
        collector.add(np.asarray(piece, {"bytes": object, "int": np.int64, "float": float}[kind]))
    return collector.column()


def test_a_value_has_one_code_in_whichever_piece_it_comes():
    column = collected("bytes", [b"b", b"c"], [b"a", b"", b"c"])

    assert column.values == ("a", "b", "c")
    assert column.codes.tolist() == [1, 2, 0, MISSING, 2]


def test_integers_are_in_the_order_of_their_size():
    column = collected("int", [10, 9], [NO_INTEGER, -1])

    assert column.values == ("-1", "9", "10")
    assert column.codes.tolist() == [2, 1, MISSING, 0]


def test_texts_that_are_no_utf8_stay_apart():
    column = collected("bytes", [b"\xff", b"\xfe"])

    assert len(set(column.values)) == 2


def test_a_column_without_rows_has_no_values():
    assert collected("bytes").values == ()
    assert collected("float").tolist() == []


def test_floats_stay_numbers_and_can_be_told_as_text():
    told = as_text(collected("float", [0.1, 2.0], [np.nan, 0.1]))

    assert told.values == ("0.1", "2.0")
    assert told.codes.tolist() == [0, 1, MISSING, 0]


def test_a_sample_of_the_rows_keeps_all_that_belongs_together():
    answers = Answers(
        label=np.array([0.0, 1.0, 1.0]),
        candidate=np.float32([[0.1], [0.9], [0.8]]),
        baseline=None,
        columns={
            "kind": Coded(np.int32([0, 1, MISSING]), ("a", "b")),
            "size": np.float32([1, 2, 3]),
        },
        row=np.array([0, 5, 7]),
        unlabelled=2,
    )

    some = answers.taken(np.array([2, 1]))

    assert some.label.tolist() == [1.0, 1.0]
    assert some.candidate[:, 0].tolist() == [np.float32(0.8), np.float32(0.9)]
    assert some.columns["kind"].codes.tolist() == [MISSING, 1]
    assert some.columns["size"].tolist() == [3.0, 2.0]
    assert some.row.tolist() == [7, 5]
