"""Rows in files in, keyed predictions out."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.errors import DataRefused, InputError, ModelRefused
from tests.components.bulk_inferrer.conftest import example, write_records

pytestmark = pytest.mark.slow

HEADER = "fare,hour,the company/é\n"
ROWS = [(5.0, 3, "Blue"), (10.0, 4, "Red"), (20.0, None, None)]
ANSWERS = [103.5, 5.0, 2.0]


def as_csv(rows):
    lines = [",".join("" if value is None else str(value) for value in row) for row in rows]
    return HEADER + "\n".join(lines) + "\n"


def write_rows(batch, name):
    """ROWS as a file of the kind that its name says."""
    path = batch.folder / "rows" / name
    path.parent.mkdir(exist_ok=True)
    fares, hours, companies = zip(*ROWS, strict=True)
    if "parquet" in name:
        table = pa.table({"fare": fares, "hour": hours, "the company/é": companies})
        pq.write_table(table, path)
    elif "tfrecord" in name:
        known = [
            {k: v for k, v in (("fare", f), ("hour", h), ("company", c and c.encode())) if v}
            for f, h, c in ROWS
        ]
        write_records(path, [example(**row) for row in known])
    else:
        with (
            pa.CompressedOutputStream(path, "gzip")
            if name.endswith(".gz")
            else open(path, "wb") as file
        ):
            file.write(as_csv(ROWS).encode())


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.tfrecord", "a.tfrecord.gz"])
def test_every_format_gives_the_same_predictions_under_the_name_and_number_of_the_row(batch, name):
    write_rows(batch, name)

    summary = batch.run()

    keys = [f"{name}:{number}" for number in range(3)]
    assert batch.values() == pytest.approx(dict(zip(keys, ANSWERS, strict=True)))
    assert batch.table().column_names == ["row_key", "value", "model_version"]
    assert set(batch.table()["model_version"].to_pylist()) == {7}
    assert (summary.rows_in, summary.predictions, summary.rejected) == (3, 3, 0)


def test_files_of_one_name_are_told_apart_by_their_paths(batch):
    paths = []
    for folder in ("a", "b"):
        (batch.folder / folder).mkdir()
        path = batch.folder / folder / "rows.csv"
        path.write_text(as_csv(ROWS[:1]), encoding="utf-8")
        paths.append(path)

    batch.run(input=str(batch.folder / "*" / "rows.csv"))

    assert list(batch.values()) == [f"{path}:0" for path in paths]


def test_rows_keep_their_numbers_where_a_file_is_cut(batch):
    rows = [f'{fare}.5,1,"a ""quoted""\n\nname"\n' for fare in range(400)]
    batch.write(HEADER + "\n".join(rows))

    whole = batch.run()
    before = batch.values()
    cut = batch.run(part_bytes=2000)

    assert (whole.plan.parts, cut.plan.parts) == (1, pytest.approx(7, abs=2))
    assert batch.values() == before
    assert list(before) == [f"rows.csv:{number}" for number in range(400)]


def test_rows_that_do_not_fit_are_rejected_with_file_line_and_reason(batch):
    batch.write(HEADER + "1,2,Blue\ntwelve,2,Blue\n\n,2,Blue\n1,2\n3,x,Blue\n4,,\n")

    summary = batch.run()

    assert (summary.rows_in, summary.predictions, summary.rejected) == (6, 2, 4)
    assert sorted(batch.rejected()) == [
        ("rows.csv", 3, None, "fare", "no number of 32 bits"),
        ("rows.csv", 5, None, "fare", "missing, and the model needs it"),
        ("rows.csv", 6, None, "", "too few cells"),
        ("rows.csv", 7, None, "hour", "no whole number of 64 bits"),
    ]
    assert list(batch.values()) == ["rows.csv:0", "rows.csv:5"]


def test_records_that_do_not_fit_are_rejected_with_their_numbers(batch):
    records = [
        example(fare=1.0, hour=2),
        b"\xff no example",
        example(hour=2),
        example(fare=[1.0, 2.0], hour=2),
        # As in a table, a whole number is a float, too.
        example(fare=30, hour=1),
        example(fare=2.0, hour=b"late"),
    ]
    write_records(batch.folder / "rows" / "a.tfrecord", records)

    summary = batch.run()

    assert batch.values() == pytest.approx({"a.tfrecord:0": 2.1, "a.tfrecord:4": 4.0})
    assert sorted(batch.rejected(), key=lambda row: row[2]) == [
        ("a.tfrecord", None, 1, "", "no tf.Example"),
        ("a.tfrecord", None, 2, "fare", "missing, and the model needs it"),
        ("a.tfrecord", None, 3, "fare", "more than one value"),
        ("a.tfrecord", None, 5, "hour", "no whole number of 64 bits"),
    ]
    assert summary.rows_in == 6


def test_rows_that_the_model_refuses_are_found_among_others(batch):
    fares = [-1 if number in (0, 77, 2999) else number for number in range(3000)]
    batch.write(as_csv([(fare, 0, None) for fare in fares]))

    summary = batch.run()

    assert [(line, reason) for _, line, _, _, reason in batch.rejected()] == [
        (2, "the model refuses it"),
        (79, "the model refuses it"),
        (3001, "the model refuses it"),
    ]
    assert "Condition x >= 0" in summary.shown["the model refuses it"]
    assert (summary.rows_in, summary.predictions) == (3000, 2997)
    assert batch.values()["rows.csv:76"] == pytest.approx(7.6)


def test_a_model_that_refuses_all_rows_is_the_fault(batch):
    batch.write(as_csv([(-1, 0, None)] * 30))

    with pytest.raises(InputError, match="refuses 16 rows one after another"):
        batch.run()


def test_the_key_is_as_it_stands_in_the_file_and_duplicates_are_kept_and_counted(batch):
    batch.write("fare,trip\n1,007\n2,b\n3,007\n4,007\n5,\n")

    summary = batch.run(key="trip")

    assert batch.table()["row_key"].to_pylist() == ["007", "b", "007", "007", None]
    assert (summary.duplicate_keys, summary.missing_keys, summary.predictions) == (2, 1, 5)


def test_a_record_has_its_key_among_its_features(batch):
    write_records(
        batch.folder / "rows" / "a.tfrecord",
        [example(fare=1.0, trip=b"x"), example(fare=2.0), b"\xff", example(fare=3.0, trip=9)],
    )

    summary = batch.run(key="trip")

    assert batch.table()["row_key"].to_pylist() == ["x", None, "9"]
    assert (summary.rows_in, summary.rejected) == (4, 1)


def test_a_file_without_the_column_of_the_keys_is_refused(batch):
    batch.write("fare,hour\n1,2\n")

    with pytest.raises(InputError, match="no column 'trip' to take the keys from; .* fare, hour"):
        batch.run(key="trip")


def test_columns_that_the_model_does_not_look_at_put_no_row_aside(batch):
    path = batch.folder / "rows" / "a.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"picture": [b"\xff\xfe"], "fare": [1.0], "tips": [0.5]}), path)

    summary = batch.run()

    assert summary.rejected == 0
    assert batch.fit.ignored == ("picture", "tips")
    assert batch.fit.absent == ("hour", "the company/é")


def test_a_file_without_a_column_that_the_model_needs_is_refused_before_any_work(batch):
    batch.write("hour,tips\n1,2\n")

    with pytest.raises(InputError, match="no column 'fare', which the model needs; .* hour, tips"):
        batch.run()
    assert [path.name for path in batch.out.iterdir()] == ["_plan.json"]


def test_only_headers_are_refused(batch):
    batch.write(HEADER)

    with pytest.raises(DataRefused, match="no rows, only headers"):
        batch.run()


def test_an_empty_file_is_refused(batch):
    batch.write("")

    with pytest.raises(InputError, match=r"rows\.csv: empty"):
        batch.run()


def test_a_batch_without_any_prediction_is_refused_and_its_rejects_are_there(batch):
    batch.write(HEADER + "x,1,\ny,1,\n")

    with pytest.raises(DataRefused, match=r"none of 2 rows has a prediction\ncolumn 'fare'"):
        batch.run()
    assert len(batch.rejected()) == 2


def test_texts_that_stand_for_missing_and_private_texts_are_known(batch):
    batch.write("fare,hour,owner\n1,NA,Ann\n2,3\n", "rows.csv")

    batch.run(missing=("NA",), identifiers=("owner",))

    assert batch.values() == pytest.approx({"rows.csv:0": 0.1})
    (row,) = pq.read_table(batch.out / "_rejected.parquet").to_pylist()
    assert "withheld" in row["text"]


class Opaque(tf.Module):
    """Parses with an operation that says nothing of columns, and answers several values."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(self, examples):
        length = tf.strings.length(examples)
        both = tf.stack([length, 2 * length], axis=1)
        return {
            "probabilities": tf.cast(both, tf.float32),
            "class": tf.fill([tf.size(examples), 1], "yes"),
            "row_key": length,
        }


def exported(folder, module, **signatures):
    tf.saved_model.save(module, str(folder / "model"), signatures=signatures)
    return str(folder / "model")


def test_a_model_whose_columns_are_not_to_be_seen_gets_those_of_the_schema(batch):
    from components.bulk_inferrer.needs import Needs

    module = Opaque()
    model = exported(batch.folder, module, serving_default=module.serve)
    batch.write("fare,hour,other\n1,2,x\n")

    batch.run(model=model, expected=Needs({"fare": "float"}, frozenset()))

    (row,) = batch.table().to_pylist()
    length = len(example(fare=1.0))
    assert row == {
        "row_key": "rows.csv:0",
        "class": "yes",
        "probabilities": [length, 2 * length],
        "prediction_row_key": length,
        "model_version": 7,
    }


def test_a_model_that_is_not_asked_with_examples_is_refused(batch):
    module = tf.Module()
    scores = tf.function(lambda x: {"y": x}, input_signature=[tf.TensorSpec([None], tf.float32)])
    model = exported(batch.folder, module, serving_default=scores)
    batch.write(as_csv(ROWS))

    with pytest.raises(ModelRefused, match="serving_default takes x float32; expected one input"):
        batch.run(model=model)


def test_what_is_no_model_is_refused(batch):
    batch.write(as_csv(ROWS))

    with pytest.raises(ModelRefused, match="cannot be loaded"):
        batch.run(model=str(batch.folder))
