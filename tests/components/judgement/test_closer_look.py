"""What the Evaluator finds beside the metrics, in its files."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.evaluator.closer_look import look_closer
from components.evaluator.options import EvaluatorOptions
from tests.components.judgement.answered import answers, coded

pytestmark = pytest.mark.slow

SCHEMA = text_format.Parse(
    """
    default_environment: "TRAINING"
    default_environment: "SERVING"
    feature { name: "a" type: BYTES }
    feature { name: "b" type: BYTES }
    feature { name: "code" type: INT int_domain { is_categorical: true } }
    feature { name: "x" type: FLOAT }
    feature { name: "y" type: INT }
    feature { name: "later" type: BYTES not_in_environment: "SERVING" }
    """,
    schema_pb2.Schema(),
)
FAIRNESS = {"columns": ["x", "code"], "thresholds": [0.5], "min_rows": 50, "max_gap": {}}


def options(**changes):
    plain = {
        "task": "binary",
        "label": {"column": "y"},
        "slices": [["code"]],
        "gates": [{"metric": "auc", "min": 0.5}],
        "seed": 1,
    }
    return EvaluatorOptions.from_json(json.dumps(plain | changes))


def answered(**changes):
    """Answers with a slice that is bad, and columns that would tell where by the label."""
    made = answers(flipped=lambda c: (c["a"] == "x") & (c["b"] == "q"), **changes)
    losses = np.abs(made.label - made.candidate[:, 0]) > 0.9
    texts = coded(np.where(losses, "bad", "good").tolist())
    labels = coded(made.label.astype(int).astype(str).tolist())
    made.columns.update({"y": labels, "later": texts})
    return made


@pytest.fixture
def train_files(tmp_path):
    """Rows whose `x` are the numbers from 1 to 100."""
    path = str(tmp_path / "train.gz")
    with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for number in range(1, 101):
            example = tf.train.Example()
            example.features.feature["x"].float_list.value.append(number)
            example.features.feature["code"].int64_list.value.append(number)
            writer.write(example.SerializeToString())
    return [path]


def test_files_say_what_was_found(tmp_path, train_files):
    look_closer(answered(), options(fairness=FAIRNESS), SCHEMA, train_files).write(tmp_path)

    weak = json.loads((tmp_path / "weak_slices.json").read_text())
    worst = pq.read_table(tmp_path / "worst_rows.parquet").to_pylist()
    fair = json.loads((tmp_path / "fairness.json").read_text())
    assert [each["slice"] for each in weak["slices"]] == ["a=x, b=q"]
    assert len(worst) == 100
    assert [*worst[0]][:6] == ["a", "b", "code", "x", "y", "later"]
    assert any(row["slices"] == ["a=x, b=q", f"code={row['code']}"] for row in worst)
    assert [each["column"] for each in fair["columns"]] == ["x", "code"]


def test_numbers_are_cut_where_training_rows_say_and_codes_are_not(tmp_path, train_files):
    x, code = look_closer(answered(), options(fairness=FAIRNESS), SCHEMA, train_files).fairness

    assert [group.value for group in x.groups] == ["up to 25"]
    assert sorted(group.value for group in code.groups) == ["1", "2", "3"]


def test_without_sensitive_columns_nothing_is_said_of_fairness(tmp_path):
    look_closer(answered(), options(), SCHEMA, []).write(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "weak_slices.json",
        "worst_rows.parquet",
    ]


def test_the_same_seed_finds_the_same(tmp_path, train_files):
    once, again = (
        look_closer(answered(), options(fairness=FAIRNESS), SCHEMA, train_files) for _ in range(2)
    )

    assert once.fairness == again.fairness
    assert once.weak == again.weak
    assert once.worst.equals(again.worst)


def test_the_label_is_no_slice():
    made = answered()
    made.candidate[:] *= 0.3  # far too low, so that all rows of label 1 are bad

    look = look_closer(made, options(), SCHEMA, [])

    assert "y" not in {column for each in look.weak.slices for column, _ in each.groups}
