"""What is computed when serving is what was computed in training."""

import json
import math
import subprocess
import sys
from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata

from components.training.batches import in_memory
from components.training.features import FeatureReader, example_files
from components.training.folds import FOLD
from components.transform.rows import missing_value
from schema import SERVING, columns, read_schema
from tests.components.learning import trips

COLUMNS = columns(read_schema(trips.TAXI), SERVING)
OPTIONAL = [column.name for column in COLUMNS if column.may_be_missing]
REQUIRED = [column.name for column in COLUMNS if not column.may_be_missing]
FULL = {
    "pickup_community_area": 8,
    "fare": 9.5,
    "trip_start_month": 5,
    "trip_start_hour": 19,
    "trip_start_day": 6,
    "trip_start_timestamp": 1_400_269_500,
    "pickup_latitude": 41.89,
    "pickup_longitude": -87.63,
    "dropoff_latitude": 41.88,
    "dropoff_longitude": -87.62,
    "trip_miles": 1.2,
    "pickup_census_tract": 17_031_081_500,
    "dropoff_census_tract": 17_031_839_100,
    "payment_type": b"Credit Card",
    "company": b"Taxi Affiliation Services",
    "trip_seconds": 420,
    "dropoff_community_area": 32,
}


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def score(taxi, *rows):
    return trips.ask(taxi.loaded, rows)["probability"]


def score_rows(taxi, *rows):
    """Through `serve_rows`, with the value for missing where a row lacks a column."""
    serve = taxi.loaded.signatures["serve_rows"]
    tensors = {
        name: tf.constant([row.get(name, missing_value(spec.dtype)) for row in rows], spec.dtype)
        for name, spec in serve.structured_input_signature[1].items()
    }
    return serve(**tensors)["probability"].numpy()


def test_training_serving_and_beam_give_the_same_features(taxi):
    rows = taxi.rows[:500]
    names = list(taxi.transform.raw_feature_spec())
    with_beam = beam_features(taxi, rows)

    served = trips.ask(taxi.loaded, rows, "transform_features")
    one_by_one = [trips.ask(taxi.loaded, [row], "transform_features") for row in rows[:20]]
    reader = FeatureReader(taxi.transform, names)
    chunks = list(reader.chunks(tf.data.Dataset.from_tensor_slices(serialized(rows))))

    assert served.keys() == with_beam.keys() == chunks[0].keys() - {FOLD}
    assert len(served) == 18
    for name, values in served.items():
        np.testing.assert_array_equal(values, with_beam[name], err_msg=name)
        np.testing.assert_array_equal(values, chunks[0][name], err_msg=name)
        alone = np.concatenate([features[name] for features in one_by_one])
        np.testing.assert_array_equal(values[:20], alone, err_msg=name)


def serialized(rows):
    return [trips.serialized(row) for row in rows]


def beam_features(taxi, rows):
    """The rows through Beam, as a materialised Transform would write them."""
    spec = taxi.transform.raw_feature_spec()
    metadata = dataset_metadata.DatasetMetadata.from_feature_spec(spec)
    raw = [{name: row.get(name) for name in spec} for row in rows]
    path = str(Path(taxi.transform.transform_savedmodel_dir).parent)
    with beam.Pipeline(runner="FnApiRunner") as pipeline, tft_beam.Context(temp_dir=path + "/tmp"):
        transform_fn = pipeline | tft_beam.ReadTransformFn(path)
        numbered = pipeline | beam.Create([raw], reshuffle=False) | beam.FlatMap(lambda all: all)
        transformed, _ = ((numbered, metadata), transform_fn) | tft_beam.TransformDataset()
        lines = transformed | beam.combiners.ToList()
        lines | beam.Map(lambda rows: np.save(path + "/beam.npy", np.array(rows, object)))
    features = np.load(path + "/beam.npy", allow_pickle=True)
    return {name: np.stack([row[name] for row in features]) for name in features[0]}


def test_every_shard_of_every_split_is_read(taxi):
    reader = FeatureReader(taxi.transform, list(taxi.transform.raw_feature_spec()))
    patterns = [f"{taxi.examples.uri}/Split-{split}/*" for split in ("train", "eval")]

    features = in_memory(example_files(patterns), reader, "tips_xf")

    assert features["tips_xf"].shape == (3000,)


@pytest.mark.parametrize("column", OPTIONAL)
def test_an_optional_column_may_be_missing_in_a_request(taxi, column):
    row = without(FULL, column)

    probability = score(taxi, row)

    assert 0 < probability[0, 0] < 1
    np.testing.assert_allclose(score_rows(taxi, row), probability, atol=1e-6)


def test_all_optional_columns_may_be_missing_at_once(taxi):
    row = without(FULL, *OPTIONAL)

    np.testing.assert_allclose(score_rows(taxi, row), score(taxi, row), atol=1e-6)


@pytest.mark.parametrize("column", REQUIRED)
def test_a_request_without_a_required_column_is_refused_by_name(taxi, column):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"{column}.*required"):
        score(taxi, without(FULL, column))


@pytest.mark.parametrize(
    "change", [{"payment_type": b"Seashells"}, {"company": b"New Cabs"}, {"trip_start_hour": 99}]
)
def test_an_unseen_category_is_answered(taxi, change):
    row = FULL | change

    assert 0 < score(taxi, row)[0, 0] < 1
    np.testing.assert_allclose(score_rows(taxi, row), score(taxi, row), atol=1e-6)


def test_not_a_number_is_a_missing_number(taxi):
    missing = without(FULL, "pickup_latitude")

    np.testing.assert_array_equal(
        score(taxi, FULL | {"pickup_latitude": math.nan}), score(taxi, missing)
    )


@pytest.mark.parametrize("count", [0, 1, 7, 600])
def test_a_batch_of_any_size_is_answered_row_by_row(taxi, count):
    rows = [without(row, "tips") for row in taxi.rows[:count]]

    answers = score(taxi, *rows) if rows else empty(taxi)

    assert answers.shape == (count, 1)
    singles = [score(taxi, row)[0] for row in rows[:7]]
    np.testing.assert_allclose(answers[:7], np.reshape(singles, [-1, 1]), atol=1e-6)


def empty(taxi):
    serve = taxi.loaded.signatures["serving_default"]
    return serve(tf.constant([], tf.string))["probability"].numpy()


def test_the_names_of_the_signatures_are_kept(taxi):
    signatures = taxi.loaded.signatures
    outputs = {name: sorted(signatures[name].structured_outputs) for name in signatures}

    assert outputs["serving_default"] == outputs["serve_rows"] == ["probability"]
    assert len(outputs["transform_features"]) == 18
    assert outputs.keys() == {"serving_default", "serve_rows", "transform_features"}
    assert sorted(signatures["serve_rows"].structured_input_signature[1]) == sorted(FULL)


STRANGER = """
import json, sys
sys.path = [path for path in sys.path if path != {project!r}]
import tensorflow as tf
model = tf.saved_model.load({model!r})
rows = json.loads(sys.stdin.read())
one = tf.constant([bytes.fromhex(rows["example"])])
by_row = {{
    name: tf.constant([rows["row"][name]], spec.dtype)
    for name, spec in model.signatures["serve_rows"].structured_input_signature[1].items()
}}
answers = [
    model.signatures["serving_default"](one)["probability"],
    model.signatures["serve_rows"](**by_row)["probability"],
    model.signatures["transform_features"](one)["tips_xf"],
]
ours = {{"components", "schema", "tensorflow_transform", "tfx"}} & set(sys.modules)
print(json.dumps([[float(answer.numpy().squeeze()) for answer in answers], sorted(ours)]))
"""


def test_a_stranger_scores_with_tensorflow_alone(taxi):
    row = FULL | {"tips": 4.0}
    sent = {
        "example": trips.serialized(row).hex(),
        "row": {k: v.decode() if isinstance(v, bytes) else v for k, v in FULL.items()},
    }
    code = STRANGER.format(
        project=str(trips.TAXI.parents[2]), model=f"{taxi.model.uri}/Format-Serving"
    )

    answer = subprocess.run(
        [sys.executable, "-I", "-c", code],
        input=json.dumps(sent),
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )

    (default, by_row, label), ours = json.loads(answer.stdout.splitlines()[-1])
    assert default == pytest.approx(float(score(taxi, FULL)[0, 0]), abs=1e-6)
    assert by_row == pytest.approx(default, abs=1e-6)
    assert (label, ours) == (1.0, [])


@pytest.mark.slow
def test_tf_serving_finds_every_variable_restored(taxi):
    rows = [FULL, without(FULL, *OPTIONAL)]

    # The steps of its loader: restore into the graph, initialize, ask by the tensors' names.
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        loaded = tf.compat.v1.saved_model.load(
            session, ["serve"], f"{taxi.model.uri}/Format-Serving"
        )
        signature = loaded.signature_def["serving_default"]
        answered = session.run(
            signature.outputs["probability"].name,
            {signature.inputs["examples"].name: [trips.serialized(row) for row in rows]},
        )

    np.testing.assert_allclose(answered, score(taxi, *rows), rtol=1e-5)
