"""ExampleGen as the graph runs it: files in, an Examples artifact out."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.components.example_gen.csv_example_gen import executor as csv_example_gen
from tfx.components.statistics_gen import executor as statistics_gen
from tfx.components.transform import executor as transform
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts

from components.artifacts import QuarantinedRows
from components.errors import DataRefused, InputError
from components.example_gen import component
from components.example_gen.component import ExampleGen
from components.example_gen.inputs import find_inputs, input_fingerprint
from components.example_gen.options import ExampleGenOptions
from components.example_gen.sources import Source, read_sources
from components.example_gen.tasks import tasks_of

SCHEMA = """
feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "hour" type: INT value_count { min: 1 max: 1 } }
feature { name: "company" type: BYTES value_count { min: 1 max: 1 } }
"""
SHARES = {"train": 2, "eval": 1}
IN_MEMORY = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
TWO_PROCESSES = [*IN_MEMORY, "--direct_running_mode=multi_processing", "--direct_num_workers=2"]


@dataclass
class Workspace:
    """A folder of input files, and as many artifacts made from them as a test asks for."""

    folder: Path
    runs: int = 0

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    def write(self, text, name="rows.csv"):
        self.inputs.mkdir(exist_ok=True)
        (self.inputs / name).write_text(text, encoding="utf-8")

    def context(self, arguments=IN_MEMORY):
        return BaseBeamExecutor.Context(
            make_beam_pipeline_fn=lambda: beam.Pipeline(argv=arguments), tmp_dir=str(self.folder)
        )

    def ingest(self, location=None, shares=SHARES, arguments=IN_MEMORY, **options):
        self.runs += 1
        schema, examples = standard_artifacts.Schema(), standard_artifacts.Examples()
        self.quarantine = QuarantinedRows()
        for name, artifact in (
            ("schema", schema),
            ("examples", examples),
            ("quarantine", self.quarantine),
        ):
            artifact.uri = str(self.folder / f"{name}-{self.runs}")
            Path(artifact.uri).mkdir()
        Path(schema.uri, "schema.pbtxt").write_text(SCHEMA, encoding="utf-8")
        executor = ExampleGen.EXECUTOR_SPEC.executor_class(self.context(arguments))
        executor.Do(
            {"schema": [schema]},
            {"examples": [examples], "quarantine": [self.quarantine]},
            {
                "input": str(location or self.inputs),
                "options": json.dumps({"splits": shares, **options}),
            },
        )
        return examples

    def statistics(self, examples):
        """What TFX's own StatisticsGen says of the split `train`."""
        statistics = standard_artifacts.ExampleStatistics()
        statistics.uri = f"{examples.uri}-statistics"
        executor = statistics_gen.Executor(self.context())
        executor.Do({"examples": [examples]}, {"statistics": [statistics]}, {})
        content = Path(statistics.uri, "Split-train", "FeatureStats.pb").read_bytes()
        (dataset,) = statistics_pb2.DatasetFeatureStatisticsList.FromString(content).datasets
        return dataset


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def trips(count, start=0):
    rows = (f"{i}.5,{i % 24},Flash {i}" for i in range(start, start + count))
    return "\n".join(["fare,hour,company", *rows, ""])


def rows_of(examples, split):
    """The split's rows as plain values, None where missing."""
    pattern = Path(examples.uri, f"Split-{split}").glob("*")
    records = tf.data.TFRecordDataset([str(p) for p in sorted(pattern)], "GZIP")
    return [plain(record) for record in records.as_numpy_iterator()]


def plain(record):
    row = {}
    for name, feature in tf.train.Example.FromString(record).features.feature.items():
        kind = feature.WhichOneof("kind")
        row[name] = getattr(feature, kind).value[0] if kind else None
    return row


def files_of(examples):
    folder = Path(examples.uri)
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "sources.json"
    }


def test_every_row_is_in_one_split_and_is_counted(workspace):
    workspace.write(trips(1000))

    examples = workspace.ingest()

    rows = rows_of(examples, "train") + rows_of(examples, "eval")
    assert sorted(row["fare"] for row in rows) == [i + 0.5 for i in range(1000)]
    train, evaluation = len(rows_of(examples, "train")), len(rows_of(examples, "eval"))
    assert examples.get_int_custom_property("rows_in") == 1000
    assert examples.get_int_custom_property("rows_train") == train
    assert examples.get_int_custom_property("rows_eval") == evaluation
    assert examples.get_string_custom_property("summary") == (
        f"1,000 rows: train {train}, eval {evaluation}, quarantine 0"
    )
    assert 600 < train < 730


def test_the_artifact_looks_like_the_one_of_stock_example_gen(workspace):
    workspace.write(trips(50), "a.csv")
    workspace.write(trips(50, start=50), "b.csv")

    examples = workspace.ingest()

    assert list(files_of(examples)) == [
        "Split-eval/data_tfrecord-00000-of-00001.gz",
        "Split-train/data_tfrecord-00000-of-00001.gz",
    ]
    assert json.loads(examples.split_names) == ["train", "eval"]
    assert (examples.span, examples.version) == (0, 0)
    assert examples_utils.get_payload_format(examples) == (
        example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE
    )
    assert examples_utils.get_file_format(examples) == "tfrecords_gzip"


def test_columns_are_matched_by_name_typed_by_the_schema_and_kept_when_unknown(workspace):
    workspace.write("company, new, hour\nFlash, 7, 23.0\n,, 5\n")

    rows = rows_of(workspace.ingest(shares={"train": 1}), "train")

    assert {"company": b"Flash", "new": b"7", "hour": 23} in rows
    assert {"company": None, "new": None, "hour": 5} in rows


def test_files_with_their_columns_in_another_order_are_one_table(workspace):
    workspace.write("fare,hour,company\n" + "1.5,3,Flash\n" * 3, "a.csv")
    workspace.write("company,fare,hour\n" + "Flash,1.5,3\n" * 3 + "Blue,2.5,4\n", "b.csv")

    examples = workspace.ingest(shares={"train": 1})

    flash = {"fare": 1.5, "hour": 3, "company": b"Flash"}
    assert rows_of(examples, "train").count(flash) == 6
    assert examples.get_int_custom_property("rows_in") == 7


def test_the_same_data_give_the_same_bytes(workspace):
    workspace.write(trips(500))

    assert files_of(workspace.ingest()) == files_of(workspace.ingest())


def test_a_row_stays_in_its_split_however_the_files_are_cut(workspace):
    workspace.write(trips(1000))
    whole = workspace.ingest()
    (workspace.inputs / "rows.csv").unlink()
    workspace.write(trips(300), "b.csv")
    workspace.write(trips(700, start=300), "a.csv")

    parts = workspace.ingest()

    def order(row):
        return row["fare"]

    for split in SHARES:
        assert sorted(rows_of(parts, split), key=order) == rows_of(whole, split)


def test_the_artifact_remembers_its_input_as_the_runner_asks_for_it(workspace):
    workspace.write(trips(100))
    location = str(workspace.inputs / "*.csv")

    examples = workspace.ingest(location)

    options = ExampleGenOptions.from_json(json.dumps({"splits": SHARES}))
    assert examples.get_string_custom_property("input_fingerprint") == input_fingerprint(
        find_inputs(location, options)
    )


def test_rows_that_do_not_fit_are_put_aside_and_the_counts_reconcile(workspace):
    rows = [f"{i}.5,3,Flash" for i in range(200)]
    rows[2], rows[5], rows[6] = "twelve,3,Flash", "1.5,3.5,Flash", "1.5,3"
    workspace.write("\n".join(["fare,hour,company", *rows]))

    examples = workspace.ingest(max_quarantined=0.02)

    count = examples.get_int_custom_property
    aside = pq.read_table(Path(workspace.quarantine.uri, "quarantine.parquet")).to_pylist()
    assert count("rows_in") == 200
    assert count("rows_quarantined") == 3 == workspace.quarantine.get_int_custom_property("rows")
    assert count("rows_train") + count("rows_eval") == 197
    assert [(row["line"], row["column"], row["text"]) for row in aside] == [
        (4, "fare", "twelve"),
        (7, "hour", "3.5"),
        (8, "", "1.5,3"),
    ]
    assert aside[0]["path"] == str(workspace.inputs / "rows.csv")


def test_too_many_rows_put_aside_stop_the_run_with_the_commonest_reasons(workspace):
    rows = ["1.5,3,Flash"] * 20
    rows[2] = rows[3] = rows[4] = "twelve,3,Flash"
    rows[5] = rows[6] = "1.5,3.5,Flash"
    rows[7] = rows[8] = "1.5"
    rows[9] = "1.5,3,Flash,"
    workspace.write("\n".join(["fare,hour,company", *rows]))
    path = workspace.inputs / "rows.csv"

    with pytest.raises(DataRefused) as caught:
        workspace.ingest(max_quarantined=0.3)

    assert str(caught.value).splitlines() == [
        "8 of 20 rows (40.0 %) cannot be used; at most 30.0 % may be put aside",
        f"column 'fare': no number of 32 bits, in 3 rows; first {path}: line 4: 'twelve'",
        f"column 'hour': no whole number of 64 bits, in 2 rows; first {path}: line 7: '3.5'",
        f"too few cells, in 2 rows; first {path}: line 9: '1.5'",
        "and 1 more reasons",
        "mend the rows (a missing value is an empty cell) or the column's type in the schema, "
        "or let more rows be put aside: data.max_quarantined",
    ]
    assert pq.read_table(Path(workspace.quarantine.uri, "quarantine.parquet")).num_rows == 8


def test_an_empty_file_among_others_is_an_input_error(workspace):
    workspace.write(trips(10), "a.csv")
    workspace.write("", "b.csv")

    with pytest.raises(InputError, match=r"^/.*/b\.csv: empty; expected a header line"):
        workspace.ingest()


def test_a_header_without_rows_is_refused(workspace):
    workspace.write("fare,hour,company\n")

    with pytest.raises(DataRefused, match=r"^no rows, only headers, in the files;"):
        workspace.ingest()


def test_a_header_without_rows_beside_files_with_rows_is_fine(workspace):
    workspace.write("fare,hour,company\n", "a.csv")
    workspace.write(trips(100), "b.csv")

    assert workspace.ingest().get_int_custom_property("rows_in") == 100


def test_a_split_that_gets_no_row_is_refused(workspace):
    workspace.write("fare\n1.5\n")

    with pytest.raises(DataRefused, match=r"^split '(train|eval)' got none of 1 rows; give it a"):
        workspace.ingest()


def test_a_location_without_files_is_an_input_error(workspace):
    with pytest.raises(InputError, match=r"nothing found at .*/inputs"):
        workspace.ingest()


def test_stock_statistics_gen_reads_the_examples(workspace):
    workspace.write("fare,hour,company,nothing\n" + "1.5,3,Flash,\n" * 60 + "2.5,,Blue,\n" * 40)

    dataset = workspace.statistics(workspace.ingest(shares={"train": 1}))

    columns = {column.path.step[0]: column for column in dataset.features}
    assert dataset.num_examples == 100
    assert columns["fare"].num_stats.mean == pytest.approx(1.9)
    assert columns["hour"].num_stats.common_stats.num_missing == 40
    assert columns["hour"].num_stats.common_stats.num_non_missing == 60
    assert columns["company"].string_stats.unique == 2
    assert columns["nothing"].num_stats.common_stats.num_non_missing == 0


@pytest.mark.slow
def test_workers_in_other_processes_give_the_same_bytes_and_the_same_errors(workspace):
    workspace.write(trips(300), "a.csv")
    workspace.write(trips(300, start=300), "b.csv")

    assert files_of(workspace.ingest(arguments=TWO_PROCESSES)) == files_of(workspace.ingest())

    workspace.write("fare\ntwelve\n", "c.csv")
    with pytest.raises(DataRefused, match=r"column 'fare': .*c\.csv: line 2: 'twelve'"):
        workspace.ingest(arguments=TWO_PROCESSES)


def test_how_large_files_are_cut_changes_no_row_and_no_split(workspace, monkeypatch):
    workspace.write(trips(2000))
    whole = workspace.ingest()
    monkeypatch.setattr(component, "tasks_of", lambda files: tasks_of(files, part_bytes=5000))

    cut = workspace.ingest()

    assert len(files_of(cut)) > len(files_of(whole))
    for split in SHARES:
        assert rows_of(cut, split) == rows_of(whole, split)


def test_by_time_the_newest_rows_are_evaluated_on(workspace):
    workspace.write(trips(90), "b.csv")
    workspace.write(trips(60, start=90), "a.csv")

    examples = workspace.ingest(split_by="time", split_column="fare")

    assert [row["fare"] for row in rows_of(examples, "eval")] == [i + 0.5 for i in range(100, 150)]
    assert len(rows_of(examples, "train")) == 100
    # So that whoever reads the files again can tell the splits apart.
    assert read_sources(examples.uri).cuts == (100.5,)
    assert read_sources(examples.uri).split.by == "time"


def test_a_row_without_a_time_is_put_aside(workspace):
    workspace.write("hour,day\n" + "1,2024-01-01\n" * 99 + "2,2024-02-01\n" * 99 + "3,soon\n4,\n")
    options = {"split_by": "time", "split_column": "day", "max_quarantined": 0.01}

    examples = workspace.ingest(split_starts={"eval": "2024-01-15"}, **options)

    aside = pq.read_table(Path(workspace.quarantine.uri, "quarantine.parquet")).to_pylist()
    assert [(row["line"], row["text"], row["reason"]) for row in aside] == [
        (200, "soon", "no time to split by"),
        (201, "", "no time to split by"),
    ]
    assert {row["hour"] for row in rows_of(examples, "eval")} == {2}


def test_an_entity_of_several_files_is_in_one_split(workspace):
    for name in ("a.csv", "b.csv"):
        workspace.write("fare,rider\n" + "".join(f"{i},r{i % 40}\n" for i in range(400)), name)

    examples = workspace.ingest(split_by="entity", split_column="rider")

    train, evaluation = ({row["rider"] for row in rows_of(examples, s)} for s in SHARES)
    assert len(train) + len(evaluation) == 40
    assert not train & evaluation


def test_a_column_to_split_by_that_is_not_there_is_named(workspace):
    workspace.write(trips(10))

    with pytest.raises(InputError, match=r"data.split_column = 'rider': no such column; the file"):
        workspace.ingest(split_by="entity", split_column="rider")


def test_personal_data_are_in_no_output(workspace):
    rows = [f"{i}.5,{i % 24},secret-{i % 7}" for i in range(300)]
    rows[3] = "1,2,secret-3,4"
    rows[4] = "x,2,secret-4"
    workspace.write("\n".join(["fare,hour,rider", *rows]))

    examples = workspace.ingest(
        identifiers=["rider"], split_by="entity", split_column="rider", max_quarantined=0.1
    )

    written = [row for split in SHARES for row in rows_of(examples, split)]
    aside = pq.read_table(Path(workspace.quarantine.uri, "quarantine.parquet"))
    assert len(written) == 298
    assert all(set(row) == {"fare", "hour"} for row in written)
    assert "secret" not in str(aside.to_pylist())
    assert aside.column("text").to_pylist() == [
        "(withheld: the file has columns with personal data)",
        "x",
    ]
    assert read_sources(examples.uri).identifiers == ("rider",)


def test_the_spread_of_the_label_is_told(workspace):
    workspace.write("company,hour\n" + "yes,1\n" * 30 + "no,2\n" * 60 + ",3\n" * 10)

    examples = workspace.ingest(shares={"train": 1}, label={"column": "company"})

    assert json.loads(examples.get_string_custom_property("label_balance")) == {
        "train": {"yes": 30, "no": 60, "missing": 10}
    }
    assert examples.get_string_custom_property("summary").endswith(
        "label 'no': train 60.0 %, 'yes': train 30.0 %, 'missing': train 10.0 %"
    )


@pytest.fixture
def days(workspace):
    for day in range(1, 6):
        folder = workspace.inputs / f"2024-03-0{day}"
        folder.mkdir(parents=True)
        (folder / "trips.csv").write_text(trips(100, start=1000 * day), encoding="utf-8")
        if day < 5:
            (folder / "_SUCCESS").touch()
    (workspace.inputs / "2024-03-04" / "trips.csv").write_text("fare,hour,company\n")
    return str(workspace.inputs / "{YYYY}-{MM}-{DD}" / "*")


def test_a_window_of_spans_is_read_and_what_is_not_whole_is_skipped_and_said(workspace, days):
    examples = workspace.ingest(days, spans={"window": 2, "success_marker": True})

    hundreds = {int(row["fare"]) // 1000 for split in SHARES for row in rows_of(examples, split)}
    summary = examples.get_string_custom_property("summary")
    assert hundreds == {2, 3}
    assert (examples.span, examples.get_string_custom_property("spans")) == (
        19785,
        "2024-03-02,2024-03-03",
    )
    assert "spans 2024-03-02 to 2024-03-03" in summary
    assert "skipped: span 2024-03-05 has no _SUCCESS yet" in summary
    assert "skipped: span 2024-03-04 has no rows" in summary


def test_the_files_of_the_newest_span_and_of_the_one_before_are_told_apart(workspace, days):
    examples = workspace.ingest(days, spans={"use": "2024-03-02"})

    def source(day):
        path = workspace.inputs / f"2024-03-0{day}" / "trips.csv"
        return Source(str(path), "csv", f"2024-03-0{day}")

    sources = read_sources(examples.uri)
    assert sources.newest == "2024-03-02"
    assert sources.files == (source(2),)
    assert sources.previous == (source(1),)


def test_parquet_and_csv_of_the_same_rows_give_the_same_examples(workspace):
    workspace.write(trips(500))
    examples = workspace.ingest()
    table = pa_csv.read_csv(workspace.inputs / "rows.csv")
    pq.write_table(table, workspace.folder / "rows.parquet")

    from_parquet = workspace.ingest(workspace.folder / "rows.parquet")

    assert files_of(from_parquet) == files_of(examples)


def test_a_stock_transform_reads_the_examples(workspace):
    workspace.write(trips(300))
    examples = workspace.ingest()
    schema = standard_artifacts.Schema()
    schema.uri = str(workspace.folder / f"schema-{workspace.runs}")
    outputs = {
        "transform_graph": standard_artifacts.TransformGraph(),
        "transformed_examples": standard_artifacts.Examples(),
    }
    for name, artifact in outputs.items():
        artifact.uri = str(workspace.folder / name)

    transform.Executor(workspace.context()).Do(
        {"examples": [examples], "schema": [schema]},
        {name: [artifact] for name, artifact in outputs.items()},
        {
            "preprocessing_fn": f"{__name__}.preprocessing_fn",
            "disable_statistics": True,
            "force_tf_compat_v1": False,
        },
    )

    rows = rows_of(outputs["transformed_examples"], "eval")
    assert len(rows) == examples.get_int_custom_property("rows_eval")
    assert 0 < min(row["share"] for row in rows) < max(row["share"] for row in rows) < 1.1


@pytest.mark.slow
def test_statistics_are_those_that_csv_example_gen_gives(workspace):
    # Of more rows quantiles are estimates, that differ with how Beam happens to batch the rows.
    rows = [f"{i / 4},{i % 24},{'Blue' if i % 5 else 'Flash'}" for i in range(400)]
    workspace.write("\n".join(["fare,hour,company", *rows, ""]))
    ours = workspace.ingest(shares={"train": 1})
    stock = standard_artifacts.Examples()
    stock.uri = str(workspace.folder / "stock")
    stock.split_names = '["train"]'
    one_split = {"split_config": {"splits": [{"name": "train", "hash_buckets": 1}]}}

    csv_example_gen.Executor(workspace.context()).Do(
        {},
        {"examples": [stock]},
        {
            "input_base": str(workspace.inputs),
            "input_config": json.dumps({"splits": [{"name": "all", "pattern": "*"}]}),
            "output_config": json.dumps(one_split),
        },
    )

    found, expected = (workspace.statistics(examples) for examples in (ours, stock))
    assert found.num_examples == expected.num_examples == 400
    assert by_name(found) == by_name(expected)


def by_name(statistics):
    return {feature.path.step[0]: feature for feature in statistics.features}


def preprocessing_fn(inputs):
    """For the stock Transform."""
    return {"share": tft.scale_to_0_1(inputs["fare"])}
