"""Rows drawn from all over a table."""

import pyarrow as pa

from pipeline.starting.sampling import Sample


def drawn(batches, size):
    sample = Sample(size)
    for batch in batches:
        sample.add(batch)
    return sample.rows()


def batches(rows, batch_rows=1000):
    starts = range(0, rows, batch_rows)
    return [pa.record_batch({"n": pa.array(range(s, min(s + batch_rows, rows)))}) for s in starts]


def test_every_part_of_the_table_has_its_share():
    numbers = drawn(batches(50_000), 2_000).column("n").to_pylist()

    assert len(set(numbers)) == 2_000
    tenths = [sum(n // 5_000 == tenth for n in numbers) for tenth in range(10)]
    assert min(tenths) > 150
    assert numbers != sorted(numbers)


def test_the_same_table_gives_the_same_rows():
    assert drawn(batches(9_000), 500).equals(drawn(batches(9_000), 500))


def test_a_small_table_is_kept_whole():
    assert sorted(drawn(batches(1_500), 2_000).column("n").to_pylist()) == list(range(1_500))


def test_a_column_that_some_rows_lack_is_null_there():
    other = pa.record_batch({"m": pa.array([7])})

    rows = drawn([*batches(2, 2), other], 10).to_pylist()

    assert sorted(rows, key=str) == [
        {"n": 0, "m": None},
        {"n": 1, "m": None},
        {"n": None, "m": 7},
    ]
