"""Splits: the same row, entity or time always goes to the same one."""

import numpy as np
import pyarrow as pa
import pytest

from components.errors import InputError
from components.example_gen.encoding import encode
from components.example_gen.options import SplitOptions
from components.example_gen.splits import cuts_by_share, split_of_rows
from components.example_gen.times import time_of, times

SHARES = {"train": 2, "eval": 1}


def rows(count, **columns):
    return pa.record_batch({"id": pa.array(range(count), pa.int64()), **columns})


def splits(batch, cuts=(), **options):
    told = SplitOptions(**{"shares": SHARES, "starts": {}, **options})
    examples = encode(batch).to_pylist()
    return [told.names[i] if i >= 0 else None for i in split_of_rows(batch, examples, told, cuts)]


def test_a_row_goes_where_it_went_on_the_day_this_was_written():
    batch = rows(8, name=pa.array([b"a", b"b", None, b"d", b"e", b"f", b"g", b"h"]))

    assert splits(batch) == ["train", "train", "train", "eval", "train", "eval", "train", "train"]


def test_splits_get_their_shares():
    found = splits(rows(30_000))

    assert found.count("train") == pytest.approx(20_000, rel=0.02)


def test_the_order_of_columns_and_splits_does_not_matter():
    batch = rows(1000, name=pa.array([b"x"] * 1000))
    turned = batch.select(["name", "id"])

    assert splits(batch) == splits(turned, shares={"eval": 1, "train": 2})


def test_an_entity_is_never_in_two_splits():
    entity = pa.array([f"rider {i % 50}".encode() for i in range(5000)])

    found = splits(rows(5000, rider=entity), by="entity", column="rider")

    pairs = set(zip(entity.to_pylist(), found, strict=True))
    assert len(pairs) == 50
    assert {split for _, split in pairs} == {"train", "eval"}


def test_rows_without_an_entity_do_not_all_go_to_one_split():
    found = splits(rows(1000, rider=pa.nulls(1000, pa.binary())), by="entity", column="rider")

    assert 600 < found.count("train") < 730


def test_by_time_what_is_before_a_cut_is_in_the_split_before_it():
    batch = rows(5, when=pa.array([30, 10, 20, 19, None]))

    found = splits(batch, [20.0], by="time", column="when")

    assert found == ["eval", "train", "eval", "train", None]


def test_named_boundaries_make_splits_of_their_own():
    days = [b"2024-01-31", b"2024-02-01", b"2024-02-29 23:59:59", b"2024-03-01T00:00", b"soon"]
    cuts = [time_of(text, is_number=False) for text in ("2024-02-01", "2024-03-01")]

    found = splits(
        rows(5, day=pa.array(days)),
        cuts,
        by="time",
        column="day",
        starts={"eval": "2024-02-01", "test": "2024-03-01"},
    )

    assert found == ["train", "eval", "eval", "test", None]


def counts(*times_of_part):
    return [np.unique(np.array(part, float), return_counts=True) for part in times_of_part]


def test_by_share_the_newest_rows_are_the_last_split():
    assert cuts_by_share(counts([1, 3, 5], [2, 4, 6]), SHARES) == [5.0]


def test_rows_of_one_time_stay_together():
    parts = counts([1, 2, 2, 2], [2, 2, 2, 9])

    (cut,) = cuts_by_share(parts, {"train": 1, "eval": 1})

    assert cut == 9.0


def test_where_all_times_are_equal_the_later_split_gets_nothing():
    assert cuts_by_share(counts([4, 4, 4]), SHARES) == [float("inf")]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([7, None]), [7, None]),
        (pa.array([1.5, None], pa.float32()), [1.5, None]),
        (pa.array([b"1970-01-01 00:00:01", None]), [1e6, None]),
        (pa.array([b"1970-01-01T01:00:00+01:00", b"", b"tomorrow"]), [0, None, None]),
    ],
)
def test_times_are_numbers_or_iso_text(column, expected):
    found = [None if np.isnan(value) else value for value in times(column)]

    assert found == expected


@pytest.mark.parametrize(
    ("text", "is_number", "expected"),
    [("soon", False, "a time such as 2024-03-01"), ("soon", True, "a number, as in the column")],
)
def test_a_boundary_that_is_no_time_is_named(text, is_number, expected):
    with pytest.raises(InputError, match=f"data.split_starts: found 'soon'; expected {expected}"):
        time_of(text, is_number)
