"""Kinds of features that the what file or the schema asks for, through Beam, fit and signatures."""

import math

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata

from components.transform.dates import MONTHS, WEEKDAYS, count_dates
from components.transform.numbers import BINS, bucket_of
from components.transform.plan import Plan
from components.transform.preprocessing import preprocessing_fn
from components.transform.rows import missing_value
from components.transform.texts import TOKENS, WORDS, encode_texts
from schema import read_schema
from tests.components.learning import trips

SCHEMA = """
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "price" type: FLOAT }
feature { name: "size" type: FLOAT }
feature { name: "town" type: BYTES }
feature { name: "code" type: INT }
feature { name: "color" type: BYTES }
feature { name: "seen" type: INT time_domain { integer_format: UNIX_SECONDS } }
feature { name: "day" type: BYTES time_domain { string_format: "%Y-%m-%d" } }
feature { name: "note" type: BYTES natural_language_domain {} }
feature { name: "ok" type: BYTES bool_domain { true_value: "yes" false_value: "no" } }
feature { name: "bought" type: INT not_in_environment: "SERVING" }
"""
FEATURES = {
    "columns": {
        "price": {"buckets": 4},
        "size": {"log": True},
        "town": {"vocabulary": 2},
        "code": {"hash": 50},
        "note": {"hash": 1000},
    },
    "crosses": [{"columns": ["price", "town"], "hash": 1000}],
}
OPTIONS = {"task": "binary", "label": {"column": "bought"}, "features": FEATURES}
NEW_YEAR = 1_704_067_200  # 2024-01-01, a Monday
HOUR = 3600


def rows():
    """200 rows: prices 1 to 200, sizes 0 and 999 in turn, an hour between one and the next."""
    towns = [b"North"] * 100 + [b"South"] * 60 + [b"East"] * 40
    return [
        {
            "price": float(number + 1),
            "size": 999.0 if number % 2 else 0.0,
            "town": towns[number],
            "code": number % 7,
            "color": b"red" if number % 3 else b"blue",
            "seen": NEW_YEAR + HOUR * number,
            "day": b"2024-01-%02d" % (1 + number % 9),
            "note": b"a good thing" if number % 2 else b"a bad thing",
            "ok": b"yes" if number % 2 else b"no",
            "bought": number % 2,
        }
        for number in range(200)
    ]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model of all kinds, fitted for a few steps; `.encode(*rows)` gives features by name."""
    folder = tmp_path_factory.mktemp("kinds")
    schema = trips.schema_artifact(folder / "schema", SCHEMA)
    examples = trips.examples(folder / "examples", train=rows(), eval=[{"price": 1e9}])
    output = trips.transform(folder / "transform", examples, schema, **OPTIONS)
    fitted = trips.train(folder / "model", examples, schema, output, **OPTIONS | {"steps": 150})
    loaded = trips.load(fitted)

    def encode(*rows):
        return trips.ask(loaded, [{"bought": 0} | row for row in rows], "transform_features")

    loaded.encode, loaded.output = encode, output
    return loaded


def test_a_number_in_buckets_is_the_place_between_quantiles(model):
    prices = [1.0, 45.0, 60.0, 145.0, 160.0, 1e9, -3.0, math.nan]
    buckets = model.encode(*({"price": price} for price in prices), {})["price_xf"]

    assert buckets.tolist() == [1, 1, 2, 3, 4, 4, 1, 0, 0]


def test_an_edge_lies_in_the_bucket_above_it():
    numbers = tf.constant([1.0, 2.0, 2.4, -5.0, 1e9, math.nan])

    assert bucket_of(numbers, tf.constant([1.0, 2.0, 2.0])).numpy().tolist() == [2, 4, 4, 1, 4, 0]


def test_a_long_tail_is_shortened_before_anything_is_made_of_it(model):
    # Halfway between log1p(0) and log1p(999) lies the mean, and the deviation is that far.
    middle = math.expm1(math.log1p(999.0) / 2)
    scores = model.encode(*({"size": size} for size in (0.0, middle, 999.0, -999.0)))["size_xf"]

    # No training row is below 0, so that -999 is told from 0 by nothing.
    assert scores[:, 0] == pytest.approx([-1, 0, 1, -1], abs=1e-5)


def test_only_the_most_frequent_values_are_known_where_so_many_may_be(model):
    ids = model.encode({"town": b"North"}, {"town": b"South"}, {"town": b"East"}, {})["town_xf"]

    assert ids.tolist() == [2, 3, 1, 0]


def test_a_hashed_category_has_a_bucket_also_where_training_never_saw_it(model):
    ids = model.encode(*({"code": code} for code in (*range(30), 3, -99)), {})["code_xf"]

    assert ids[3] == ids[30]
    assert ids[-1] == 0
    assert ((ids[:-1] >= 1) & (ids[:-1] <= 50)).all()
    assert len(set(ids)) > 15


def test_a_cross_is_of_the_values_together_and_a_missing_one_is_a_value(model):
    near, far = {"price": 1.0}, {"price": 190.0}
    north, south = {"town": b"North"}, {"town": b"South"}
    made = model.encode(
        near | north, far | north, near | south, near, north, {}, {"price": 9.0} | north
    )
    cross = made["price_x_town_xf"].tolist()

    assert len(set(cross[:6])) == 6
    assert cross[5] == 0
    assert cross[6] == cross[0]  # the same bucket of prices


def test_a_text_of_two_values_is_a_boolean(model):
    ids = model.encode({"ok": b"no"}, {"ok": b"yes"}, {"ok": b"YES"}, {})["ok_xf"]

    assert ids.tolist() == [2, 3, 1, 0]


def test_a_counted_moment_is_an_age_a_month_a_weekday_and_an_hour(model):
    last = NEW_YEAR + 199 * HOUR
    encoded = model.encode(
        {"seen": NEW_YEAR + 5 * HOUR}, {"seen": last}, {"seen": last + 10**9}, {}
    )["seen_xf"]
    parts = encoded[:, BINS + 2 :]

    assert parts[0].nonzero()[0].tolist() == [0, MONTHS + 0, MONTHS + WEEKDAYS + 5]
    # What is later than every training row is as old as the newest of them.
    np.testing.assert_array_equal(encoded[1, : BINS + 2], encoded[2, : BINS + 2])
    assert encoded[0, 0] < encoded[1, 0]
    assert encoded[3, : BINS + 1].tolist() == [0] * (BINS + 1)
    assert encoded[3, BINS + 1] == 1
    assert not parts[3].any()


@pytest.mark.parametrize(
    ("unit", "a_second"), [("seconds", 1), ("milliseconds", 10**3), ("nanoseconds", 10**9)]
)
def test_a_moment_is_the_same_in_any_unit(unit, a_second):
    moments = tf.constant([-1, 0, NEW_YEAR + 18 * HOUR], tf.int64)

    when, parts = count_dates(moments * a_second, unit)

    np.testing.assert_allclose(when, [-1 / 86_400, 0, 19_723.75], atol=1e-3)
    assert parts.numpy().tolist() == [[11, 2, 23, 1], [0, 3, 0, 1], [0, 0, 18, 1]]


def test_what_no_calendar_has_is_no_date():
    counts = tf.constant([tf.int64.min, tf.int64.max, 253_402_300_800], tf.int64)
    when, parts = count_dates(counts, "seconds")

    assert np.isnan(when).all()
    assert parts[:, 3].numpy().tolist() == [0, 0, 0]


def grams(text, buckets=100_000):
    encoded = encode_texts(tf.constant([text.encode() if isinstance(text, str) else text]), buckets)
    assert encoded.shape == (1, TOKENS)
    return encoded.numpy()[0]


def test_a_text_is_its_words_pairs_and_pieces():
    found = grams("red car")

    assert (found[:WORDS] > 0).sum() == 2
    assert (found[WORDS : 2 * WORDS - 1] > 0).sum() == 1
    assert (found[2 * WORDS - 1 :] > 0).sum() == 4  # `red `, `ed c`, `d ca`, ` car`


def test_case_and_signs_between_words_do_not_matter():
    np.testing.assert_array_equal(grams("Größe:  42 CM!"), grams("größe 42 cm"))


def test_words_of_one_stem_share_pieces():
    assert len({*grams("painting")} & {*grams("painted")} - {0}) == 2  # `pain` and `aint`
    assert not {*grams("painting")} & {*grams("weather")} - {0}


@pytest.mark.parametrize("text", ["", "   ", "?!", b"\xff\xfe"])
def test_a_text_without_a_word_is_a_missing_one(text):
    assert not grams(text).any()


def test_a_text_of_any_length_and_of_no_utf_8_is_read():
    assert (grams("word " * 100_000) > 0).all()
    np.testing.assert_array_equal(grams(b"caf\xff bar"), grams("caf bar"))


CASES = [
    rows()[7],
    {},
    {"price": math.nan, "size": math.inf},
    {"town": b"Mars", "code": -1, "color": b"green", "ok": b"perhaps", "note": b"unheard of"},
    {"seen": tf.int64.max, "day": b"yesterday", "note": b"\xff"},
]


@pytest.mark.parametrize("row", CASES)
def test_unseen_and_missing_values_of_every_kind_are_answered_the_same_by_all_signatures(
    model, row
):
    row = {name: value for name, value in row.items() if name != "bought"}
    serve = model.signatures["serve_rows"]
    tensors = {
        name: tf.constant([row.get(name, missing_value(spec.dtype))], spec.dtype)
        for name, spec in serve.structured_input_signature[1].items()
    }

    (answer,) = trips.ask(model, [row])["probability"]
    assert 0 <= answer[0] <= 1
    np.testing.assert_allclose(serve(**tensors)["probability"].numpy()[0], answer, atol=1e-6)
    assert all(np.isfinite(values).all() for values in model.encode(row).values())


def test_the_words_of_a_text_move_the_answer(model):
    good, bad = trips.ask(model, [{"note": b"a GOOD thing"}, {"note": b"a bad thing"}])[
        "probability"
    ]

    assert good[0] > bad[0] + 0.1


def with_batches_of(size, folder):
    """All rows as features, by constants that were found in batches of a size."""
    schema = read_schema(folder / "schema.pbtxt")
    plan = Plan.from_schema(schema, OPTIONS).to_plain()
    names = [feature.name for feature in schema.feature]
    dtypes = {1: tf.string, 2: tf.int64, 3: tf.float32}
    spec = {entry.name: tf.io.VarLenFeature(dtypes[entry.type]) for entry in schema.feature}
    metadata = dataset_metadata.DatasetMetadata.from_feature_spec(spec)
    raw = [{name: row.get(name) for name in names} for row in [*rows(), *CASES[1:3]]]
    path = str(folder / f"graph_{size}")
    context = tft_beam.Context(temp_dir=f"{path}_tmp", desired_batch_size=size)
    with beam.Pipeline(runner="FnApiRunner") as pipeline, context:
        found = (pipeline | beam.Create(raw, reshuffle=False), metadata) | tft_beam.AnalyzeDataset(
            lambda inputs: preprocessing_fn(inputs, plan)
        )
        found | tft_beam.WriteTransformFn(path)
    layer = tft.TFTransformOutput(path).transform_features_layer()
    examples = [trips.serialized(row) for row in rows()]
    return {name: v.numpy() for name, v in layer(tf.io.parse_example(examples, spec)).items()}


def test_constants_do_not_depend_on_the_size_of_the_batches(tmp_path):
    (tmp_path / "schema.pbtxt").write_text(SCHEMA, encoding="utf-8")
    small, large = (with_batches_of(size, tmp_path) for size in (7, 1000))

    assert small.keys() == large.keys()
    for name, values in small.items():
        np.testing.assert_allclose(values, large[name], atol=1e-6, err_msg=name)
