"""Functions that a problem brings by dotted path, through the real Transform and Trainer."""

import math
import sys

import numpy as np
import pytest
import tensorflow as tf

from components.errors import ComponentError
from components.own_code import own_function
from components.training.options import TrainingOptions
from components.training.untrained import untrained_model
from tests.components.learning import trips

SCHEMA = """
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "price" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "weight" type: FLOAT }
feature { name: "town" type: BYTES presence { min_fraction: 1 } shape {} }
feature { name: "card" type: BYTES }
feature { name: "bought" type: INT not_in_environment: "SERVING" }
"""

MODULE = """
import keras
import tensorflow as tf
import tensorflow_transform as tft

NUMBER = 3


def features(inputs):
    price = inputs["price"]
    return {
        "price_score": tft.scale_to_z_score(price),
        "prices": tf.stack([price / 100, price * price / 1e4], axis=1),
        "town_id": tft.compute_and_apply_vocabulary(inputs["town"], vocab_filename="towns"),
        "columns": tf.fill(tf.shape(price), float(len(inputs))),
    }


def with_label(inputs, custom_config):
    column = custom_config["label"]["column"]
    label = tf.sparse.to_dense(inputs[column])[:, 0]
    return {"price": inputs["price"], f"{column}_xf": 1.0 - tf.cast(label, tf.float32)}


def of_label(inputs):
    label = tf.sparse.to_dense(inputs["bought"])[:, 0]
    return {"price": inputs["price"], "leak": tf.cast(label, tf.float32)}


def open_ids(inputs):
    return {"hashes": tf.strings.to_hash_bucket_fast(inputs["town"], 10)}


def fails(inputs):
    return inputs["prise"]


def a_list(inputs):
    return [inputs["price"]]


def sparse(inputs):
    return {"weight": inputs["weight"]}


def text(inputs):
    return {"town": inputs["town"]}


def nothing(inputs):
    return {}


def wide_label(inputs):
    return {"price": inputs["price"], "bought_xf": inputs["price"][:, tf.newaxis]}


def whole_label(inputs):
    return {"price": inputs["price"], "bought_xf": tf.cast(inputs["price"], tf.int64)}


def unnamed(inputs):
    return {1: inputs["price"]}


def total(inputs):
    return {"total": tf.reduce_sum(inputs["price"])}


def of_any_width(inputs):
    return {"wide": tf.reshape(inputs["price"], [-1, tf.size(inputs["price"])])}


def one(features, depths, options, outputs):
    price = keras.Input((), name="price_score")
    return keras.Model({"price_score": price}, keras.layers.Dense(outputs)(price[:, None]))


# It has no meaning for XLA, which knows no strings.
class Digits(keras.layers.Layer):
    def call(self, values):
        text = tf.strings.as_string(values, precision=1)
        return tf.cast(tf.strings.length(text), tf.float32)


def three(features, depths, options, outputs):
    (price,) = [feature for feature in features if feature.column == "price"]
    encoded = keras.Input((33,), name="price_xf")
    hidden = keras.layers.Dense(8, "relu")(keras.layers.Dropout(0.01)(encoded))
    hidden = keras.layers.Concatenate()([hidden, Digits()(encoded)])
    hidden = keras.layers.BatchNormalization()(hidden)
    answer = keras.layers.Reshape((3, outputs))(keras.layers.Dense(3 * outputs)(hidden))
    return keras.Model({"price_xf": encoded}, answer)


def no_model(features, depths, options, outputs):
    return features


def too_wide(features, depths, options, outputs):
    price = keras.Input((33,), name="price_xf")
    return keras.Model({"price_xf": price}, keras.layers.Dense(outputs + 1)(price))


def no_feature(features, depths, options, outputs):
    price = keras.Input((33,), name="prize_xf")
    return keras.Model({"prize_xf": price}, keras.layers.Dense(outputs)(price))


def no_dict(features, depths, options, outputs):
    price = keras.Input((33,), name="price_xf")
    return keras.Model(price, keras.layers.Dense(outputs)(price))
"""
LABEL = {"column": "bought"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Runs Transform, and the Trainer, on 200 rows; those above 100 were bought."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "code").mkdir()
    (folder / "code" / "own_shop.py").write_text(MODULE, encoding="utf-8")
    (folder / "code" / "own_broken.py").write_text("import nowhere_at_all\n", encoding="utf-8")
    sys.path.insert(0, str(folder / "code"))
    rows = [
        {
            "price": float(number),
            "town": b"North" if number % 3 else b"South",
            "bought": int(number > 100),
        }
        for number in range(1, 201)
    ]
    schema = trips.schema_artifact(folder / "schema", SCHEMA)
    examples = trips.examples(folder / "examples", train=rows, eval=rows[:1])

    class Shop:
        def transform(self, name, **features):
            options = {"label": LABEL, "features": {"drop": ["card"]} | features}
            return trips.transform(folder / f"{name}_transform", examples, schema, **options)

        def model(self, name, build_model=None, **features):
            options = {"label": LABEL, "features": {"drop": ["card"]} | features}
            output = self.transform(name, **features)
            own = {"build_model": build_model, "steps": 120, "learning_rate": 0.02}
            return trips.load(trips.train(folder / name, examples, schema, output, **options | own))

    yield Shop()
    sys.path.remove(str(folder / "code"))
    sys.modules.pop("own_shop", None)


def answers(model):
    low, high = {"price": 5.0, "town": b"North"}, {"price": 195.0, "town": b"Mars"}
    return trips.ask(model, [low, high])["probability"][:, 0]


def test_own_features_are_learnt_from_and_served_like_ours(shop):
    model = shop.model("features", preprocessing_fn="own_shop.features")

    low, high = answers(model)
    assert low < 0.2
    assert high > 0.8
    row = {"price": 100.5, "town": b"South", "bought": 1}
    encoded = trips.ask(model, [row], "transform_features")
    assert encoded["price_score"] == pytest.approx([0], abs=1e-5)
    assert encoded["town_id"].tolist() == [1]
    assert encoded["bought_xf"].tolist() == [1]
    # The function is given the columns that are not dropped, and the label's.
    assert encoded["columns"].tolist() == [4]
    serve = model.signatures["serve_rows"]
    by_row = serve(
        price=tf.constant([195.0]), town=tf.constant([b"Mars"]), weight=tf.constant([math.nan])
    )
    np.testing.assert_allclose(by_row["probability"].numpy()[0], high, atol=1e-6)


def test_an_own_label_stands_in_place_of_ours(shop):
    output = shop.transform("labelled", preprocessing_fn="own_shop.with_label")
    rows = [{"price": 1.0, "town": b"North", "bought": bought} for bought in (0, 1)]

    parsed = tf.io.parse_example([*map(trips.serialized, rows)], output.raw_feature_spec())
    encoded = output.transform_features_layer()(parsed)
    assert encoded["bought_xf"].numpy().tolist() == [1, 0]


def test_an_own_network_of_own_features_counts_as_one_member(shop):
    model = shop.model("both", "own_shop.one", preprocessing_fn="own_shop.features")

    low, high = answers(model)
    assert low < 0.2
    assert high > 0.8


def test_an_own_network_of_our_features_may_have_members(shop):
    model = shop.model("members", "own_shop.three")

    low, high = answers(model)
    assert low < 0.2
    assert high > 0.8


KEY = 'features.preprocessing_fn = "own_shop.'
TENSOR = "expected a dense tensor, [batch] or [batch, ...], of float32 or int64"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fails", "it failed: KeyError: 'prise' (own_shop.py:"),
        ("a_list", "it must return a dict of tensors by name, got list"),
        ("sparse", f"'weight' is a SparseTensor; {TENSOR}"),
        ("text", f"'town' is of string; {TENSOR}"),
        ("nothing", "it returned no feature beside the label"),
        ("wide_label", "the label 'bought_xf' must be [batch] float32"),
        ("whole_label", "the label 'bought_xf' must be [batch] float32"),
        ("unnamed", "a feature must be named by a text, got 1"),
        ("total", f"'total' has the shape (); {TENSOR}"),
        ("of_any_width", f"'wide' has the shape (None, None); {TENSOR}"),
        ("feature", "own_shop has no function 'feature'; did you mean 'features'?"),
        ("NUMBER", "expected a function, it is a value of type int"),
    ],
)
def test_a_preprocessing_fn_that_does_not_do_is_told_with_its_key(shop, name, message):
    with pytest.raises(ComponentError) as caught:
        shop.transform(f"bad_{name}", preprocessing_fn=f"own_shop.{name}")

    assert str(caught.value).startswith(f'{KEY}{name}": {message}')


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.at.all", "there is no module 'nowhere'; it must lie in the project's folder"),
        ("own_shop.deep.function", "there is no module 'own_shop.deep'"),
        ("own_broken.function", "importing own_broken failed: ModuleNotFoundError: No module "
         "named 'nowhere_at_all' (own_broken.py:1)"),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_told_with_its_key(shop, path, message):
    with pytest.raises(ComponentError) as caught:
        own_function(path, "training.build_model")

    assert str(caught.value).startswith(f'training.build_model = "{path}": {message}')


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("of_label", "'leak' needs a column that requests do not have"),
        ("open_ids", "'hashes' holds int64, and how many ids there are is not known"),
    ],
)
def test_features_that_cannot_be_served_or_embedded_are_refused(shop, name, message):
    with pytest.raises(ComponentError) as caught:
        shop.model(name, preprocessing_fn=f"own_shop.{name}")

    assert str(caught.value).startswith(f"features.preprocessing_fn: {message}")


@pytest.fixture(scope="module")
def builder(shop):
    """Builds on the spec of one encoded number."""
    spec = {"price_xf": tf.io.FixedLenFeature([33], tf.float32)}

    def build(name):
        path = f"own_shop.{name}"
        options = TrainingOptions.from_plain(trips.TRAINING | {"build_model": path})
        return untrained_model(spec, {}, spec, options, 1)

    return build


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_model", "it must return a keras.Model, got builtins.dict"),
        ("too_wide", "the model answers (None, 2); expected (None, 1) or (None, members, 1)"),
        ("no_feature", "the model has inputs that are no features: prize_xf; there are: price_xf"),
        ("no_dict", "the model must take a dict of features by name"),
    ],
)
def test_a_builder_of_what_is_no_model_of_the_features_is_told_with_its_key(builder, name, message):
    with pytest.raises(ComponentError) as caught:
        builder(name)

    assert str(caught.value).startswith(f'training.build_model = "own_shop.{name}": {message}')
