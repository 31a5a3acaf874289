"""Rows in a bucket of each kind: found, told apart, and read as those of this machine are."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.errors import DataRefused, InputError
from components.example_gen import inputs
from components.example_gen.inputs import find_inputs, plain_files
from components.example_gen.options import ExampleGenOptions, SpanOptions, SplitOptions
from components.rows.files import found, open_binary
from components.rows.parts import parts_of
from components.rows.reading import read
from tests.buckets.fixtures import gs, minio, s3, s3_address, store  # noqa: F401

COUNT = 20_000
CSV = ("fare,payment\n" + "".join(f'{n},"card, {n}"\n' for n in range(COUNT))).encode()


def options(**changes):
    return ExampleGenOptions(split=SplitOptions(shares={"train": 1}, starts={}), **changes)


def input_fingerprint(location):
    return inputs.input_fingerprint(find_inputs(location, options()))


def fares(file, format, target_bytes=2**30):
    parts = parts_of(file.path, format, file.size, target_bytes)
    batches = [b for part in parts for b in read(part, {"fare": "int", "payment": "bytes"})]
    assert not [reject for batch in batches for reject in batch.rejects]
    rows = [n for batch in batches for n in batch.rows.column("fare").to_pylist()]
    return rows, len(parts)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("rows/a.csv", ["rows/a.csv"]),
        ("rows/*.csv", ["rows/a.csv", "rows/b.csv"]),
        ("rows/?.csv", ["rows/a.csv", "rows/b.csv"]),
        ("rows/[b-z].csv", ["rows/b.csv"]),
        (
            "rows/**/*.csv",
            ["rows/a.csv", "rows/b.csv", "rows/deep/c.csv", "rows/ümlaut #1/d.csv"],
        ),
        ("rows/x[1].csv", ["rows/x[1].csv"]),
        ("rows/ümlaut #1/*", ["rows/ümlaut #1/d.csv"]),
        ("rows/none.csv", []),
        ("nowhere/*", []),
    ],
)
def test_a_path_or_a_glob_means_objects(store, location, expected):  # noqa: F811
    for key in ("a.csv", "b.csv", "deep/c.csv", "ümlaut #1/d.csv"):
        store.put(f"rows/{key}", b"x\n1\n")
    if "x[1]" in location:
        store.put("rows/x[1].csv", b"x\n1\n")

    files = found(store.uri(location))

    assert [file.path for file in files] == [store.uri(key) for key in expected]
    assert all(file.size == 4 and file.edition and file.changed > 1e9 for file in files)


def test_a_folder_means_the_files_in_it(store):  # noqa: F811
    for key in ("b.csv", "a.csv", "_SUCCESS", ".hidden", "deep/c.csv"):
        store.put(f"rows/{key}", b"x\n1\n")
    # As some tools mark a folder.
    store.put("rows/", b"")

    for location in (store.uri("rows"), f"{store.uri('rows')}/"):
        assert [source.path for source in plain_files(location)] == [
            store.uri("rows/a.csv"),
            store.uri("rows/b.csv"),
        ]


def test_spans_are_found(store):  # noqa: F811
    for day in ("2024-03-01", "2024-03-02", "2024-03-03"):
        store.put(f"trips/{day}/rows.csv", b"fare\n1\n")
        if day != "2024-03-03":
            store.put(f"trips/{day}/_SUCCESS", b"")
    pattern = store.uri("trips/{YYYY}-{MM}-{DD}/*.csv")

    spans = SpanOptions(window=2, success_marker=True)
    inputs = find_inputs(pattern, options(spans=spans))

    assert inputs.spans == ("2024-03-01", "2024-03-02")
    assert inputs.skipped == ("span 2024-03-03 has no _SUCCESS yet",)


def test_rows_of_csv_are_read_whole_and_in_parts(store):  # noqa: F811
    store.put("rows.csv", CSV)
    (file,) = found(store.uri("rows.csv"))

    assert fares(file, "csv") == (list(range(COUNT)), 1)
    rows, parts = fares(file, "csv", target_bytes=100_000)

    assert rows == list(range(COUNT))
    assert parts > 2


def test_rows_of_compressed_csv_are_read(gs):  # noqa: F811
    gs.put("rows.csv.gz", gzip.compress(CSV))
    (file,) = found(gs.uri("rows.csv.gz"))

    assert fares(file, "csv") == (list(range(COUNT)), 1)


def test_rows_of_parquet_are_read_by_row_groups(store):  # noqa: F811
    table = pa.table({"fare": range(COUNT), "payment": ["card"] * COUNT})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=5_000)
    store.put("rows.parquet", sink.getvalue().to_pybytes())
    (file,) = found(store.uri("rows.parquet"))

    rows, parts = fares(file, "parquet", target_bytes=1)

    assert rows == list(range(COUNT))
    assert parts == 4


def tfrecord(folder):
    path = folder / "x.tfrecord.gz"
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for n in range(100):
            example = tf.train.Example()
            example.features.feature["fare"].int64_list.value.append(n)
            example.features.feature["payment"].bytes_list.value.append(b"card")
            writer.write(example.SerializeToString())
    return path.read_bytes()


def test_rows_of_tfrecords_are_read(store, tmp_path):  # noqa: F811
    store.put("rows.tfrecord.gz", tfrecord(tmp_path))
    (file,) = found(store.uri("rows.tfrecord.gz"))

    assert fares(file, "tfrecord") == (list(range(100)), 1)


def test_a_damaged_tfrecord_is_named_as_it_is_in_the_bucket(gs, tmp_path):  # noqa: F811
    gs.put("rows.tfrecord", b"no TFRecord at all, but long enough to be read as one")
    (file,) = found(gs.uri("rows.tfrecord"))

    with pytest.raises(DataRefused, match=f"{file.path}: record 1 is damaged"):
        fares(file, "tfrecord")


def test_a_change_is_seen_and_the_same_content_is_the_same(store):  # noqa: F811
    store.put("rows/a.csv", b"x\n1\n")
    before = input_fingerprint(store.uri("rows"))

    store.put("rows/a.csv", b"x\n1\n")
    assert input_fingerprint(store.uri("rows")) == before

    store.put("rows/a.csv", b"x\n2\n")
    assert input_fingerprint(store.uri("rows")) != before


def test_nothing_found_is_told_with_the_place(store):  # noqa: F811
    with pytest.raises(InputError, match=f"nothing found at {store.uri('none')}; expected a file"):
        find_inputs(store.uri("none"), options())


def test_a_bucket_that_is_not_there_is_told(store):  # noqa: F811
    with pytest.raises(InputError, match="data.input = .*: there is no bucket 'nowhere'"):
        find_inputs(f"{store.scheme}://nowhere/rows/*.csv", options())


def test_a_store_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    with pytest.raises(InputError, match="data.input = .*http://127.0.0.1:9 does not answer"):
        find_inputs("s3://bucket/rows", options())


def test_an_object_that_goes_away_while_it_is_read_is_told(gs):  # noqa: F811
    gs.put("rows.csv", CSV)
    with open_binary(gs.uri("rows.csv")) as file:
        gs.remove("rows.csv")

        with pytest.raises(InputError, match=f"{gs.uri('rows.csv')}: it is not there"):
            file.read()


def test_memory_is_bounded_by_what_is_read_ahead(gs):  # noqa: F811
    gs.put("rows.csv", CSV * 100)
    gs.server.requests.clear()

    with open_binary(gs.uri("rows.csv")) as file:
        assert file.read(12) == CSV[:12]
        assert file.seek(-5, 2) == len(CSV) * 100 - 5
        assert file.read() == CSV[-5:]

    assert not [name for name in gs.server.requests if "alt=media" in name and "Range" in name]
