"""ExampleGen as the graph runs it: files in, an Examples artifact out."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import pytest
import tensorflow as tf
from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.components.statistics_gen import executor as statistics_gen
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts

from components.errors import DataRefused, InputError
from components.example_gen.component import ExampleGen
from components.example_gen.inputs import input_fingerprint

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

    def ingest(self, location=None, shares=SHARES, arguments=IN_MEMORY):
        self.runs += 1
        schema, examples = standard_artifacts.Schema(), standard_artifacts.Examples()
        for name, artifact in (("schema", schema), ("examples", examples)):
            artifact.uri = str(self.folder / f"{name}-{self.runs}")
            Path(artifact.uri).mkdir()
        Path(schema.uri, "schema.pbtxt").write_text(SCHEMA, encoding="utf-8")
        executor = ExampleGen.EXECUTOR_SPEC.executor_class(self.context(arguments))
        executor.Do(
            {"schema": [schema]},
            {"examples": [examples]},
            {
                "input": str(location or self.inputs),
                "options": json.dumps({"splits": shares}),
            },
        )
        return examples


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
        if path.is_file()
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
        f"1,000 rows: train {train}, eval {evaluation}"
    )
    assert 600 < train < 730


def test_the_artifact_looks_like_the_one_of_stock_example_gen(workspace):
    workspace.write(trips(50), "a.csv")
    workspace.write(trips(50, start=50), "b.csv")

    examples = workspace.ingest()

    assert list(files_of(examples)) == [
        "Split-eval/data_tfrecord-00000-of-00002.gz",
        "Split-eval/data_tfrecord-00001-of-00002.gz",
        "Split-train/data_tfrecord-00000-of-00002.gz",
        "Split-train/data_tfrecord-00001-of-00002.gz",
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

    examples = workspace.ingest(workspace.inputs / "*.csv")

    assert examples.get_string_custom_property("input_fingerprint") == input_fingerprint(
        str(workspace.inputs / "*.csv")
    )


def test_values_that_do_not_fit_are_refused_with_file_line_column_and_text(workspace):
    rows = ["1.5,3,Flash"] * 20
    rows[2], rows[5], rows[6] = "twelve,3,Flash", "1.5,3.5,Flash", "$1,noon,Flash"
    workspace.write("\n".join(["fare,hour,company", *rows]))
    path = workspace.inputs / "rows.csv"

    with pytest.raises(DataRefused) as caught:
        workspace.ingest()

    assert str(caught.value).splitlines() == [
        "3 of 20 rows do not fit the schema: 'fare' in 2, 'hour' in 2",
        f"{path}: line 4: column 'fare': expected FLOAT (a number of 32 bits), found 'twelve'",
        f"{path}: line 7: column 'hour': expected INT (a whole number of 64 bits), found '3.5'",
        f"{path}: line 8: column 'fare': expected FLOAT (a number of 32 bits), found '$1'",
        f"{path}: line 8: column 'hour': expected INT (a whole number of 64 bits), found 'noon'",
        "mend the rows (a missing value is an empty cell), or the column's type in the schema",
    ]


def test_of_many_bad_values_the_first_five_are_shown_and_all_are_counted(workspace):
    workspace.write("fare\n" + "x\n" * 1000, "a.csv")
    workspace.write("fare\n" + "1\n" * 1000, "b.csv")
    workspace.write("fare\n" + "1\nx\n" * 2, "c.csv")

    with pytest.raises(DataRefused) as caught:
        workspace.ingest()

    lines = str(caught.value).splitlines()
    assert lines[0] == "1,002 of 2,004 rows do not fit the schema: 'fare' in 1,002"
    assert [line.split(": ")[1] for line in lines[1:6]] == [f"line {n}" for n in range(2, 7)]
    assert lines[6] == "and 997 more"


def test_a_broken_row_in_one_of_many_files_is_refused_with_its_place(workspace):
    workspace.write(trips(10), "a.csv")
    workspace.write(trips(10) + "1.5,3\n", "b.csv")

    with pytest.raises(DataRefused, match=r"^/.*/b\.csv: line 12: 2 cells, expected 3"):
        workspace.ingest()


def test_an_empty_file_among_others_is_an_input_error(workspace):
    workspace.write(trips(10), "a.csv")
    workspace.write("", "b.csv")

    with pytest.raises(InputError, match=r"^/.*/b\.csv: empty; expected a header line"):
        workspace.ingest()


def test_a_header_without_rows_is_refused(workspace):
    workspace.write("fare,hour,company\n")

    with pytest.raises(DataRefused, match=r"^no rows, only a header, in /.*/rows\.csv; expected"):
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
    examples = workspace.ingest(shares={"train": 1})
    statistics = standard_artifacts.ExampleStatistics()
    statistics.uri = str(workspace.folder / "statistics")
    executor = statistics_gen.Executor(workspace.context())

    executor.Do({"examples": [examples]}, {"statistics": [statistics]}, {})

    content = Path(statistics.uri, "Split-train", "FeatureStats.pb").read_bytes()
    (dataset,) = statistics_pb2.DatasetFeatureStatisticsList.FromString(content).datasets
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
    with pytest.raises(DataRefused, match=r"c\.csv: line 2: column 'fare': .* found 'twelve'"):
        workspace.ingest(arguments=TWO_PROCESSES)
