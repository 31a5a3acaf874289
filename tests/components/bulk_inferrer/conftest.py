"""Small real SavedModels, and batches of them."""

from dataclasses import dataclass, field
from pathlib import Path

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.bulk_inferrer.finishing import Summary
from components.bulk_inferrer.folder import Begun, begin, owned
from components.bulk_inferrer.needs import Needs
from components.bulk_inferrer.preparing import Request, prepare
from components.bulk_inferrer.running import run

IN_MEMORY = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]


class Trips(tf.Module):
    """Answers a tenth of the fare, plus the hour, plus 100 for the company Blue.

    A negative fare it refuses. Fare must be there; hour and company need not.
    """

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(self, examples):
        spec = {
            "fare": tf.io.FixedLenFeature([], tf.float32),
            "hour": tf.io.VarLenFeature(tf.int64),
            "the company/é": tf.io.VarLenFeature(tf.string),
        }
        parsed = tf.io.parse_example(examples, spec)
        with tf.control_dependencies([tf.debugging.assert_non_negative(parsed["fare"])]):
            fare = tf.identity(parsed["fare"])
        hour, company = (
            tf.sparse.to_dense(
                tf.SparseTensor(
                    parsed[name].indices,
                    parsed[name].values,
                    tf.stack([tf.size(examples, tf.int64), 1]),
                )
            )[:, 0]
            for name in ("hour", "the company/é")
        )
        blue = tf.cast(company == "Blue", tf.float32)
        return {"value": (0.1 * fare + tf.cast(hour, tf.float32) + 100 * blue)[:, tf.newaxis]}


@pytest.fixture(scope="session")
def trips(tmp_path_factory):
    """The folder of the SavedModel."""
    path = tmp_path_factory.mktemp("trips")
    module = Trips()
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.serve})
    return path


@dataclass
class Batch:
    """Rows in a folder, and what a model says of them in another."""

    folder: Path
    model: Path
    options: dict[str, object] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def write(self, text, name="rows.csv"):
        rows = self.folder / "rows"
        rows.mkdir(exist_ok=True)
        (rows / name).write_text(text, encoding="utf-8")
        return rows / name

    def run(self, part_bytes=2**24, arguments=IN_MEMORY, **options) -> Summary:
        told = {
            "input": str(self.folder / "rows"),
            "folder": self.out,
            "model": str(self.model),
            "name": "trips",
            "version": 7,
            "digest": "abc",
            "expected": Needs({}, frozenset()),
        }
        prepared = prepare(Request(**told | self.options | options), part_bytes)
        with owned(self.out):
            self.begun: Begun = begin(self.out, prepared.plan)
            self.fit = None
            return run(
                prepared,
                self.begun.finished,
                lambda: beam.Pipeline(argv=arguments),
                lambda fit: setattr(self, "fit", fit),
            )

    def table(self):
        return pq.read_table(self.out)

    def values(self):
        """Key to value."""
        table = self.table()
        return dict(zip(table["row_key"].to_pylist(), table["value"].to_pylist(), strict=True))

    def rejected(self):
        """Each rejected row: file, line, row, column and reason."""
        rows = pq.read_table(self.out / "_rejected.parquet").to_pylist()
        return [(Path(r["path"]).name, r["line"], r["row"], r["column"], r["reason"]) for r in rows]


@pytest.fixture
def batch(tmp_path, trips):
    """A batch of the model `trips`."""
    return Batch(tmp_path, trips)


def example(**values):
    """A serialized tf.Example; `company` is the column with the hard name."""
    made = tf.train.Example()
    for name, value in values.items():
        feature = made.features.feature["the company/é" if name == "company" else name]
        for one in value if isinstance(value, list) else [value]:
            match one:
                case bytes():
                    feature.bytes_list.value.append(one)
                case int():
                    feature.int64_list.value.append(one)
                case float():
                    feature.float_list.value.append(one)
    return made.SerializeToString()


def write_records(path, records):
    """A TFRecord file, gzip by its name."""
    path.parent.mkdir(exist_ok=True)
    kind = "GZIP" if path.name.endswith(".gz") else ""
    with tf.io.TFRecordWriter(str(path), kind) as file:
        for record in records:
            file.write(record)
