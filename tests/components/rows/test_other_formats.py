"""Parquet and TFRecord files as typed rows."""

import datetime
import decimal
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.errors import DataRefused, InputError
from components.rows.formats import format_of
from components.rows.parts import parts_of
from components.rows.reading import locate, read, read_text


@pytest.fixture
def parquet(tmp_path):
    def parts(table, target_bytes=2**30, **options):
        path = tmp_path / "x.parquet"
        pq.write_table(table, path, **options)
        return parts_of(str(path), "parquet", path.stat().st_size, target_bytes)

    return parts


@pytest.fixture
def tfrecord(tmp_path):
    def part(*records):
        path = tmp_path / "x.tfrecord"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for record in records:
                writer.write(record)
        (part,) = parts_of(str(path), "tfrecord", 1, 1)
        return part

    return part


def example(**columns):
    """A serialized tf.Example; the list's type is that of its values."""
    features = {}
    for name, values in columns.items():
        match values:
            case [bytes(), *_]:
                feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
            case [float(), *_]:
                feature = tf.train.Feature(float_list=tf.train.FloatList(value=values))
            case [int(), *_]:
                feature = tf.train.Feature(int64_list=tf.train.Int64List(value=values))
            case _:
                feature = tf.train.Feature()
        features[name] = feature
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def rows_and_rejects(parts, kinds):
    batches = [batch for part in parts for batch in read(part, kinds)]
    rejects = [(r.row, r.column, r.text, r.reason) for batch in batches for r in batch.rejects]
    return [row for batch in batches for row in batch.rows.to_pylist()], rejects


def column(parts, kind):
    """The values of column `x`, and the texts of those put aside."""
    rows, rejects = rows_and_rejects(parts, {"x": kind})
    return [row["x"] for row in rows], [text for _, _, text, _ in rejects]


DAY = datetime.date(2024, 1, 5)
NOON = datetime.datetime(2024, 1, 5, 12)


def at_offset(zone):
    utc = datetime.datetime(2024, 1, 5, 10, tzinfo=datetime.UTC)
    return pa.array([utc, None], pa.timestamp("us", tz=zone))


def half_precision(*values):
    cells = [None if value is None else np.float16(value) for value in values]
    return pa.array(cells, pa.float16())


@pytest.mark.parametrize(
    ("values", "kind", "expected", "aside"),
    [
        (pa.array([7, None], pa.int8()), "int", [7, None], []),
        (pa.array([7, 2**64 - 1], pa.uint64()), "int", [7], ["18446744073709551615"]),
        (pa.array([7.0, 7.5, math.nan, 1e30]), "int", [7, None], ["7.5", "1e+30"]),
        (pa.array([True, False, None]), "int", [1, 0, None], []),
        (pa.array([decimal.Decimal("9007199254740993")]), "int", [9007199254740993], []),
        (pa.array(["7", "x", "nan"]), "int", [7, None], ["x"]),
        (pa.array([DAY, None]), "int", [None], ["2024-01-05"]),
        (pa.array([1, 2]), "float", [1.0, 2.0], []),
        (pa.array([0.5, 1e39, math.nan, math.inf]), "float", [0.5, None, math.inf], ["1e+39"]),
        (pa.array([decimal.Decimal("1.50")]), "float", [1.5], []),
        (pa.array(["a", None]).dictionary_encode(), "bytes", [b"a", None], []),
        (pa.array(["a", "b"], pa.large_string()), "bytes", [b"a", b"b"], []),
        (pa.array([7.0, 1.5, math.nan]), "bytes", [b"7", b"1.5", None], []),
        (pa.array([True, False]), "bytes", [b"true", b"false"], []),
        (pa.array([DAY]), "bytes", [b"2024-01-05"], []),
        (pa.array([NOON, None]), "bytes", [b"2024-01-05 12:00:00", None], []),
        (pa.nulls(2), "float", [None, None], []),
        (at_offset("+02:00"), "bytes", [b"2024-01-05 12:00:00", None], []),
        (at_offset("-01:30"), "bytes", [b"2024-01-05 08:30:00", None], []),
        (at_offset("Europe/Berlin"), "bytes", [b"2024-01-05 11:00:00", None], []),
        (half_precision(1.5, None), "bytes", [b"1.5", None], []),
        (half_precision(2.0, 1.5), "int", [2], ["1.5"]),
        (half_precision(1.5, math.nan), "float", [1.5, None], []),
        (pa.array([2**63 - 1, None], pa.uint64()), "int", [2**63 - 1, None], []),
        (
            pa.array([decimal.Decimal("12345678901234567.5")]),
            "int",
            [],
            ["12345678901234567.5"],
        ),
        (pa.array(["", " ", " 7 "]), "int", [None, None, 7], []),
        (pa.array(["", " ", " 7 "]), "bytes", [None, None, b" 7 "], []),
        *(
            (pa.array([b"\xff7", b"7", None]), kind, [value, None], ["\ufffd7"])
            for kind, value in (("bytes", b"7"), ("int", 7), ("float", 7.0))
        ),
    ],
)
def test_what_a_parquet_column_becomes(parquet, values, kind, expected, aside):
    assert column(parquet(pa.table({"x": values})), kind) == (expected, aside)


def test_row_groups_are_parts_whose_rows_are_numbered_through(parquet):
    table = pa.table({"x": [str(i) for i in range(100)]})

    parts = parquet(table, target_bytes=1, row_group_size=10)

    rows, rejects = rows_and_rejects(parts, {})
    assert len(parts) == 10
    assert [row["x"] for row in rows] == [str(i).encode() for i in range(100)]
    assert rejects == []
    assert locate(parts[3], {0, 9}) == {0: 30, 9: 39}


def test_a_row_of_a_later_row_group_is_put_aside_with_its_number_in_the_file(parquet):
    table = pa.table({"x": ["1"] * 25 + ["x"] + ["1"] * 4})

    _, rejects = rows_and_rejects(parquet(table, 1, row_group_size=10), {"x": "int"})

    assert rejects == [(25, "x", "x", "no whole number of 64 bits")]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"x": [[1, 2]]}), "column 'x': found list<element: int64>; expected at most one"),
        (pa.table([[1], [2]], names=["x", "x"]), "column name 'x' stands twice"),
    ],
)
def test_a_parquet_file_that_is_no_table_of_cells_is_an_input_error(parquet, table, message):
    with pytest.raises(InputError, match=message):
        parquet(table)


def test_a_file_that_is_no_parquet_is_an_input_error(tmp_path):
    (tmp_path / "x.parquet").write_text("a,b\n1,2\n")

    with pytest.raises(InputError, match=r"x\.parquet: .*; expected a readable Parquet file"):
        parts_of(str(tmp_path / "x.parquet"), "parquet", 8, 1)


def test_a_parquet_file_without_rows_has_none(parquet):
    assert rows_and_rejects(parquet(pa.table({"x": pa.array([], pa.int64())})), {}) == ([], [])


def test_examples_are_rows_and_absent_features_are_missing(tfrecord):
    part = tfrecord(example(a=[1], b=[b"x"]), example(a=[2], b=[]), example())

    rows, rejects = rows_and_rejects([part], {"a": "int", "b": "bytes", "c": "float"})

    assert rows == [
        {"a": 1, "b": b"x", "c": None},
        {"a": 2, "b": None, "c": None},
        {"a": None, "b": None, "c": None},
    ]
    assert rejects == []


def test_records_that_hold_no_row_are_put_aside_with_their_numbers(tfrecord):
    part = tfrecord(example(a=[1]), b"\xff\xff", example(a=[2, 3]), example(a=[b"x"]))

    rows, rejects = rows_and_rejects([part], {"a": "int"})

    assert rows == [{"a": 1}]
    assert rejects == [
        (1, "", "", "no tf.Example"),
        (2, "a", "", "more than one value"),
        (3, "a", "x", "no whole number of 64 bits"),
    ]


def test_a_tfrecord_file_that_was_cut_off_is_refused_with_the_record(tmp_path, tfrecord):
    part = tfrecord(example(a=[1]), example(a=[2]))
    path = tmp_path / "x.tfrecord"
    path.write_bytes(path.read_bytes()[:-5])

    with pytest.raises(DataRefused, match=r"x\.tfrecord: record 2 is damaged, or the file was cut"):
        list(read(part, {}))


def test_as_text_every_format_says_what_csv_would(parquet, tfrecord):
    table = pa.table({"i": [7], "f": [1.5], "b": [True], "t": [NOON], "s": ["x"]})

    (batch,) = read_text(parquet(table)[0])
    (record,) = read_text(tfrecord(example(i=[7], f=[1.5], s=[b"x"])))

    assert batch.to_pylist() == [
        {"i": "7", "f": "1.5", "b": "true", "t": "2024-01-05 12:00:00", "s": "x"}
    ]
    assert record.to_pylist() == [{"f": "1.5", "i": "7", "s": "x"}]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b.CSV", "csv"),
        ("b.csv.zst", "csv"),
        ("b.tsv", "csv"),
        ("b.parquet", "parquet"),
        ("data_tfrecord-00000-of-00001.gz", "tfrecord"),
    ],
)
def test_the_name_tells_the_format(name, expected):
    assert format_of(name) == expected


def test_a_format_that_is_given_needs_no_name():
    assert format_of("part-00000", "parquet") == "parquet"


def test_a_name_that_tells_nothing_is_refused_with_what_would():
    with pytest.raises(InputError, match=r"^/x/notes\.txt: a file of which kind\? expected \.csv"):
        format_of("/x/notes.txt")


def test_what_stands_for_missing_is_so_in_every_format(tmp_path, tfrecord):
    cells, kinds = ["NA", "7", "x"], {"n": "int", "text": "bytes"}
    (tmp_path / "x.csv").write_text("n,text\n" + "".join(f"{cell},{cell}\n" for cell in cells))
    pq.write_table(pa.table({"n": cells, "text": cells}), tmp_path / "x.parquet")
    of_files = [
        parts_of(str(tmp_path / name), name.rpartition(".")[2], 1, 2**20)
        for name in ("x.csv", "x.parquet")
    ]
    of_records = (tfrecord(*(example(n=[c.encode()], text=[c.encode()]) for c in cells)),)

    for parts in (*of_files, of_records):
        batches = [batch for part in parts for batch in read(part, kinds, ("NA",))]
        rows = [row for batch in batches for row in batch.rows.to_pylist()]
        assert rows == [{"n": None, "text": b"NA"}, {"n": 7, "text": b"7"}]
        assert [reject.text for batch in batches for reject in batch.rejects] == ["x"]
