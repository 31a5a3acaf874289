"""What the Trainer learns."""

import numpy as np
import pytest

from components.errors import ComponentError, InputError
from components.training import batches
from components.training.data import read_training_data
from components.training.features import FeatureReader, example_files
from components.training.named_weights import named_weights, read_weights
from components.training.options import TrainingOptions
from components.training.training import train
from tests.components.learning import trips

SCHEMA = """
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "size" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "shape" type: BYTES string_domain { value: "round" value: "square" } }
feature { name: "noise" type: INT }
feature { name: "fits" type: FLOAT not_in_environment: "SERVING" }
"""
LABEL = {"column": "fits"}


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    """Forty rows: what is square, or larger than 10, fits."""
    folder = tmp_path_factory.mktemp("toys")
    rows = [
        {
            "size": float(size),
            "shape": shape,
            "noise": 7 * size % 11,
            "fits": float(shape == b"square" or size > 10),
        }
        for size in range(1, 21)
        for shape in (b"round", b"square")
    ]
    schema = trips.schema_artifact(folder / "schema", SCHEMA)
    examples = trips.examples(folder / "examples", train=rows, eval=rows[:2])
    output = trips.transform(folder / "transform", examples, schema, label=LABEL)

    def fit(name, drop=(), **options):
        transformed = (
            trips.transform(
                folder / f"{name}_transform", examples, schema, label=LABEL, features={"drop": drop}
            )
            if drop
            else output
        )
        defaults = {"label": LABEL, "steps": 150, "batch_size": 20, "learning_rate": 0.01}
        model = trips.train(
            folder / name,
            examples,
            schema,
            transformed,
            **defaults | {"features": {"drop": drop}} | options,
        )
        return trips.load(model)

    def weights(seed, **changes):
        told = trips.TRAINING | {"label": LABEL, "steps": 30, "batch_size": 20, "seed": seed}
        told |= changes
        options = TrainingOptions.from_plain(told | {"learning_rate": 0.01})
        patterns, graph = [f"{examples.uri}/Split-train/*"], str(folder / "transform")
        data = read_training_data(patterns, graph, f"{schema.uri}/schema.pbtxt", options)
        return named_weights(train(options, data).model, data).arrays

    fit.rows, fit.weights, fit.folder = rows, weights, folder
    return fit


def test_unless_told_otherwise_few_rows_are_learnt_by_eight_members(toys):
    weights = toys.weights(1, members=None)

    dense = [array.shape[0] for name, array in weights.items() if "member_dense" in name]
    assert dense == [8, 8, 8, 8]


def test_forty_separable_rows_are_learnt_entirely(toys):
    model = toys("model")

    answers = trips.ask(model, toys.rows)["probability"][:, 0]

    assert [bool(answer > 0.5) for answer in answers] == [row["fits"] == 1 for row in toys.rows]


def test_the_same_seed_gives_the_same_model_and_another_does_not(toys):
    first, again, other = (
        np.concatenate([array.ravel() for array in toys.weights(seed).values()])
        for seed in (1, 1, 2)
    )

    np.testing.assert_allclose(first, again, atol=1e-5)
    assert np.abs(first - other).max() > 1e-3


def test_the_trainer_takes_tuned_values_in_place_of_its_own(toys):
    toys("tuned", steps=30, seed=1, hyperparameters={"seed": 2})

    tuned = read_weights(f"{toys.folder}/tuned/Format-Serving").arrays
    for name, array in toys.weights(2).items():
        np.testing.assert_allclose(tuned[name], array, atol=1e-5)


def test_a_regression_learns_the_value(toys):
    model = toys("size", task="regression", steps=300, label=LABEL)

    answers = trips.ask(model, toys.rows)["value"][:, 0]

    assert np.abs(answers - [row["fits"] for row in toys.rows]).max() < 0.2


def test_the_model_beats_guessing_on_trips_it_has_not_seen(taxi):
    unseen = taxi.rows[2000:]

    probability = trips.ask(taxi.loaded, unseen)["probability"][:, 0]
    label = trips.ask(taxi.loaded, unseen, "transform_features")["tips_xf"]

    generous, mean = probability[label == 1], probability[label == 0]
    auc = (generous[:, np.newaxis] > mean).mean()
    assert auc > 0.9


def test_a_dropped_column_is_neither_seen_nor_asked_for(toys):
    model = toys("dropped", steps=5, drop=["noise"])

    assert sorted(model.signatures["serve_rows"].structured_input_signature[1]) == ["shape", "size"]


def test_large_files_are_streamed_to_the_same_rows(taxi, monkeypatch):
    reader = FeatureReader(taxi.transform, list(taxi.transform.raw_feature_spec()))
    files = example_files([f"{taxi.examples.uri}/Split-train/*"])

    def epoch():
        rows = batches.training_rows(files, reader, "tips_xf")
        epoch = rows.batches(100, seed=3)
        assert epoch.epoch_steps == 20
        packs = epoch.packs(5).take(4)
        fares = [features["fare_xf"][:, :, 0].numpy().ravel() for features, _, _ in packs]
        return np.sort(np.concatenate(fares))

    cached = epoch()
    monkeypatch.setattr(batches, "_CACHE_BELOW_BYTES", 0)

    np.testing.assert_array_equal(cached, epoch())


@pytest.mark.parametrize(
    ("rows", "size"), [(0, 32), (150, 32), (5_000, 128), (10_000, 256), (10**7, 512)]
)
def test_a_batch_fits_the_number_of_rows(rows, size):
    assert batches.fitting_batch(rows) == size


def test_of_large_files_a_sample_is_looked_at(taxi, monkeypatch):
    monkeypatch.setattr(batches, "_CACHE_BELOW_BYTES", 0)
    monkeypatch.setattr(batches, "MOST_ROWS", 1)
    reader = FeatureReader(taxi.transform, list(taxi.transform.raw_feature_spec()))
    files = example_files([f"{taxi.examples.uri}/Split-train/*"])

    rows = batches.training_rows(files, reader, "tips_xf")

    assert rows.sample["tips_xf"].shape[0] == 2000  # one chunk
    assert rows.batches(None, seed=3).epoch_steps == 2000 // 64


def test_no_examples_are_an_error(tmp_path):
    with pytest.raises(InputError, match="no file of examples matches .*/Split-train"):
        example_files([f"{tmp_path}/Split-train/*"])


def test_hyperparameters_take_the_place_of_options():
    options = TrainingOptions.from_plain(trips.TRAINING)

    tuned = options.tuned({"hidden_units": [8, 4], "learning_rate": 0.1})

    assert (tuned.hidden_units, tuned.learning_rate) == ((8, 4), 0.1)
    assert TrainingOptions.from_plain(options.to_plain()) == options


@pytest.mark.parametrize("name", ["learning_rat", "label"])
def test_what_is_no_hyperparameter_is_an_error(name):
    with pytest.raises(ComponentError, match=f"{name!r} is none; there are batch_size, "):
        TrainingOptions.from_plain(trips.TRAINING).tuned({name: 1})


def test_a_task_that_is_not_supported_is_an_error():
    with pytest.raises(ComponentError, match="task 'ranking' is not supported"):
        TrainingOptions.from_plain(trips.TRAINING | {"task": "ranking"})
