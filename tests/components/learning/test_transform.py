"""The values that Transform gives, worked out by hand."""

import datetime
import math

import numpy as np
import pytest
import tensorflow as tf

from components.transform import rows as raw_rows
from components.transform.categories import MISSING, UNSEEN
from components.transform.dates import encode_parts, parse_dates
from components.transform.depths import depths
from components.transform.labels import encode_label
from components.transform.numbers import BINS, encode_numbers, piecewise_linear, shorten_tail
from components.transform.plan import Plan
from schema import read_schema
from schema.features import feature_table
from schema.labels import Label
from tests.components.learning import trips

SCHEMA = """
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "price" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "never" type: FLOAT }
feature { name: "weight/kg \\303\\274" type: FLOAT }
feature { name: "color" type: BYTES string_domain { value: "red" value: "blue" } }
feature { name: "stars" type: INT int_domain { min: 1 max: 5 } }
feature { name: "shop name" type: BYTES }
feature { name: "code" type: INT int_domain { is_categorical: true } }
feature { name: "bought" type: INT not_in_environment: "SERVING" }
"""
WEIGHT = "weight/kg ü"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Transform of a hundred rows: prices 1 to 100, weights 10 and 30 in turn or missing."""
    folder = tmp_path_factory.mktemp("shop")
    rows = []
    for number in range(1, 101):
        row = {"price": float(number), "color": b"red", "stars": 3, "bought": number % 2}
        if number <= 80:
            row[WEIGHT] = 10.0 if number % 2 else 30.0
        # North stands in 60 rows, South in 30, East in 2; code 7 in 50, code -9 in 3.
        row["shop name"] = (
            b"North" if number <= 60 else b"South" if number <= 90 else b"x%d" % number
        )
        if number > 98:
            row["shop name"] = b"East"
        if number <= 53:
            row["code"] = 7 if number <= 50 else -9
        rows.append(row)
    schema = trips.schema_artifact(folder / "schema", SCHEMA)
    examples = trips.examples(folder / "examples", train=rows, eval=[{"price": 1e9, "bought": 1}])
    output = trips.transform(folder / "transform", examples, schema, label={"column": "bought"})
    layer, spec = output.transform_features_layer(), output.raw_feature_spec()

    def encode(*rows):
        serialized = [trips.serialized({"price": 1.0, "bought": 0} | row) for row in rows]
        features = layer(tf.io.parse_example(serialized, spec))
        return {name: values.numpy() for name, values in features.items()}

    encode.output, encode.schema = output, read_schema(f"{schema.uri}/schema.pbtxt")
    return encode


def test_a_number_is_standardised_by_the_training_rows_alone(shop):
    scores = shop({"price": 1.0}, {"price": 50.5}, {"price": 100.0}, {"price": 1e6})["price_xf"]

    deviation = math.sqrt((100**2 - 1) / 12)
    most = 49.5 / deviation
    assert scores[:, 0] == pytest.approx([-most, 0, most, most], abs=1e-5)


TAILS = """
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "amount" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "times" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "bought" type: INT }
"""


def scores_of(folder, rows, asked):
    """Z-scores of the asked rows, by column, where the training rows are `rows`."""
    schema = trips.schema_artifact(folder / "schema", TAILS)
    examples = trips.examples(folder / "examples", train=rows, eval=rows[:1])
    output = trips.transform(folder / "out", examples, schema, label={"column": "bought"})
    raw = tf.io.parse_example([trips.serialized(row) for row in asked], output.raw_feature_spec())
    features = output.transform_features_layer()(raw)
    return {column: features[f"{column}_xf"][:, 0].numpy() for column in ("amount", "times")}


def test_a_z_score_ends_where_the_tails_begin_or_else_at_8(tmp_path):
    rows = [
        {"amount": float(10**6 if number == 1000 else number), "times": float(number == 7)}
        for number in range(1, 1001)
    ]
    asked = [{"amount": value, "times": 0.0} for value in (-1e9, 1.0, 100.0, 500.0, 999.0, 1e12)]
    asked.append({"amount": 100.0, "times": 3.0})

    scores = scores_of(tmp_path, rows, asked)

    # Of a thousand rows five are in each tail.
    amounts = np.array([row["amount"] for row in rows])
    values = scores["amount"] * amounts.std() + amounts.mean()
    assert values == pytest.approx([6, 6, 100, 500, 995, 995, 100], abs=0.1)
    # Where hardly a value is another than most there are no tails.
    assert scores["times"].max() == 8.0


def test_a_tail_has_no_more_than_forty_values(tmp_path):
    amounts = np.arange(1.0, 20_001.0)
    rows = [{"amount": amount, "times": 0.0} for amount in amounts.tolist()]
    asked = [{"amount": value, "times": 0.0} for value in (-1.0, 99_999.0)]

    scores = scores_of(tmp_path, rows, asked)

    values = scores["amount"] * amounts.std() + amounts.mean()
    assert values == pytest.approx([41, 19_960], abs=0.1)


def test_the_encoding_of_a_number_tells_its_quantile(shop):
    positions = shop({"price": -5.0}, {"price": 25.0}, {"price": 50.5}, {"price": 1e6})["price_xf"]

    assert positions.shape == (4, 1 + BINS)
    assert positions[:, 1:].mean(axis=1) == pytest.approx([0, 0.25, 0.5, 1], abs=0.03)


@pytest.mark.parametrize("missing", [{}, {WEIGHT: math.nan}, {WEIGHT: math.inf}])
def test_a_missing_number_is_zeros_and_a_flag(shop, missing):
    encoded = shop(missing)["weight_u2f_kg_u20__ufc__xf"]

    assert encoded.tolist() == [[0.0] * (1 + BINS) + [1.0]]


def test_a_number_that_is_there_has_no_flag_and_ignores_the_missing_ones(shop):
    encoded = shop({WEIGHT: 10.0}, {WEIGHT: 30.0})["weight_u2f_kg_u20__ufc__xf"]

    assert encoded[:, 0] == pytest.approx([-1, 1])
    # Half of the weights are 10, whatever the columns beside it; so it is to within a bin.
    assert encoded[:, 1:-1].mean(axis=1) == pytest.approx([0.5, 1], abs=1.01 / BINS)
    assert encoded[:, -1].tolist() == [0, 0]


def test_a_column_that_training_never_saw_is_harmless(shop):
    encoded = shop({}, {"never": 3.0})["never_xf"]

    assert np.isfinite(encoded).all()
    assert encoded[:, -1].tolist() == [1, 0]


def test_a_closed_domain_gives_the_ids_in_its_order(shop):
    ids = shop({"color": b"red"}, {"color": b"blue"}, {"color": b"pink"}, {}, {"color": b""})

    assert ids["color_xf"].tolist() == [2, 3, UNSEEN, MISSING, MISSING]


def test_a_small_range_of_integers_gives_its_ids(shop):
    ids = shop({"stars": 1}, {"stars": 5}, {"stars": 6}, {"stars": 0}, {})["stars_xf"]

    assert ids.tolist() == [2, 6, UNSEEN, UNSEEN, MISSING]


def test_an_open_category_gets_ids_by_frequency_and_rare_values_are_unseen(shop):
    rows = [{"shop name": name} for name in (b"North", b"South", b"East", b"Mars")]

    # Most frequent first over both open columns: North 60, code 7 50, South 30, code -9 3.
    assert shop(*rows, {})["shop_u20_name_xf"].tolist() == [2, 4, UNSEEN, UNSEEN, MISSING]
    assert shop({"code": 7}, {"code": -9}, {"code": 8}, {})["code_xf"].tolist() == [2 + 1, 5, 1, 0]


def test_the_depths_hold_every_id(shop):
    table = feature_table(shop.schema, Label("bought"))

    assert depths(table, shop.output) == {
        "color_xf": 4,
        "stars_xf": 7,
        "shop_u20_name_xf": 6,
        "code_xf": 6,
    }


def test_a_plain_label_is_the_column_itself(shop):
    assert shop({"bought": 1}, {"bought": 0})["bought_xf"].tolist() == [1, 0]


def test_piecewise_linear_by_hand():
    edges = tf.constant([[0.0, 10.0, 10.0, 30.0]])
    numbers = tf.constant([[-1.0], [0.0], [5.0], [10.0], [20.0], [99.0], [math.nan]])

    encoded = piecewise_linear(numbers, edges)[:, 0].numpy().tolist()

    assert encoded == [
        [0, 0, 0],
        [0, 0, 0],
        [0.5, 0, 0],
        [1, 1, 0],  # the second bin has no width, so it is a step
        [1, 1, 0.5],
        [1, 1, 1],
        [0, 0, 0],
    ]


def test_tails_are_shortened_to_both_sides():
    shortened = shorten_tail(tf.constant([-9.0, 0.0, 99.0, math.nan])).numpy()

    assert shortened[:3] == pytest.approx([-math.log(10), 0, math.log(100)])
    assert math.isnan(shortened[3])


def test_scores_by_hand():
    def scores(numbers, low, high):
        column = tf.constant(numbers)[:, tf.newaxis]
        tails, edges = (tf.constant([low]), tf.constant([high])), tf.zeros([1, BINS + 1])
        encoded = encode_numbers(column, tf.constant([0.0]), tf.constant([2.0]), tails, edges)
        return encoded[:, 0, 0].numpy().tolist()

    numbers = [-9.0, -4.0, 1.0, 6.0, 7.0, math.nan]
    assert scores(numbers, -4.0, 6.0) == [-2, -2, 0.5, 3, 3, 0]
    assert scores([-99.0, 1.0, 99.0], 0.0, 0.0) == [-8, 0.5, 8]
    assert scores([-99.0, 1.0, 99.0], -50.0, 50.0) == [-8, 0.5, 8]


@pytest.mark.parametrize(
    ("fare", "tips", "is_generous"),
    [
        (10.0, 2.1, 1),
        (10.0, 2.0, 0),  # a fifth exactly is not generous
        (10.0, 0.0, 0),
        (None, 5.0, 0),  # without a fare there is no share
        (0.0, 5.0, 0),
        (-1.0, 5.0, 0),
        (math.nan, 5.0, 0),
        (10.0, None, 0),
    ],
)
def test_label_is_a_tip_above_a_fifth_of_the_fare(fare, tips, is_generous):
    row = {name: v for name, v in (("fare", fare), ("tips", tips)) if v is not None}
    spec = dict.fromkeys(("fare", "tips"), tf.io.VarLenFeature(tf.float32))
    raw = tf.io.parse_example([trips.serialized(row)], spec)

    label = encode_label(raw, Plan((), Label("tips", share=0.2, of="fare"), "binary"))

    assert label.numpy().tolist() == [is_generous]


NAN = None


def encoded(values, task, classes=(), positive=None):
    """The labels of rows with these values in column `y`, NaN as None."""
    rows = [trips.serialized({} if value is None else {"y": value}) for value in values]
    kind = next(type(value) for value in values if value is not None)
    dtype = {int: tf.int64, float: tf.float32, bytes: tf.string}[kind]
    raw = tf.io.parse_example(rows, {"y": tf.io.VarLenFeature(dtype)})
    labels = encode_label(raw, Plan((), Label("y", positive=positive), task, classes)).numpy()
    return [NAN if np.isnan(label) else label for label in labels]


@pytest.mark.parametrize(
    ("values", "task", "classes", "positive", "labels"),
    [
        ([b"yes", b"no", None, b"perhaps"], "binary", ("no", "yes"), "yes", [1, 0, NAN, NAN]),
        ([b"yes", b"no"], "binary", ("yes",), "yes", [1, 0]),
        ([2, 1, 3, None], "binary", (1, 2), "2", [1, 0, NAN, NAN]),
        ([0, 1, 2, None], "binary", (), None, [0, 1, NAN, NAN]),
        ([1.0, 0.0, 0.5], "binary", (), None, [1, 0, NAN]),
        ([b"b", b"a", b"z", None], "multiclass", ("a", "b", "c"), None, [1, 0, NAN, NAN]),
        ([5, 3, 2, None], "multiclass", (3, 4, 5), None, [2, 0, NAN, NAN]),
        ([1.5, -2.0, None], "regression", (), None, [1.5, -2.0, NAN]),
    ],
)
def test_a_label_is_an_id_a_number_or_unknown(values, task, classes, positive, labels):
    assert encoded(values, task, classes, positive) == labels


def test_dates_are_days_since_1970_with_month_weekday_and_hour():
    moments = [
        datetime.datetime(1899, 12, 31) + datetime.timedelta(days=13 * step, hours=step % 24)
        for step in range(6000)
    ]
    text = [moment.isoformat(sep=" ").encode() for moment in moments]

    when, parts = parse_dates(tf.constant(text))

    epoch = datetime.datetime(1970, 1, 1)
    expected = [(moment - epoch) / datetime.timedelta(days=1) for moment in moments]
    np.testing.assert_allclose(when, expected, atol=0.01)
    assert parts.numpy().tolist() == [[m.month - 1, m.weekday(), m.hour, 1] for m in moments]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024-03-01", 19783),
        ("2024-03-01T12", 19783.5),
        ("2024-03-01T12:00Z", 19783.5),
        ("2024-03-01 18:00:00.123+02:00", 19783.75),
        ("", None),
        ("2024-13-01", None),
        ("2024-02-30", None),
        ("2024-3-1", None),
        ("01/03/2024", None),
        ("soon", None),
        ("2024-03-01 25:00", None),
    ],
)
def test_what_is_no_iso_date_is_missing(text, days):
    when, parts = parse_dates(tf.constant([text]))

    assert [None if np.isnan(value) else value for value in when.numpy()] == [days]
    hot = encode_parts(parts, has_time=True).numpy()
    assert hot.shape == (1, 43)
    assert hot.sum() == (0 if days is None else 3)


def test_dense_columns_keep_missing_apart_from_zero():
    spec = {"n": tf.io.VarLenFeature(tf.int64)}
    parsed = tf.io.parse_example([trips.serialized(row) for row in ({"n": 0}, {})], spec)

    values = raw_rows.dense(parsed["n"])

    assert values.numpy().tolist() == [0, raw_rows.NO_INTEGER]
    assert raw_rows.is_missing(values).numpy().tolist() == [False, True]
