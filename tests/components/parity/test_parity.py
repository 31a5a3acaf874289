"""A real model through the real node, on Beam."""

import json
from pathlib import Path
from types import SimpleNamespace

import apache_beam as beam
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from components.artifacts import Parity
from components.errors import InputError
from components.parity.component import ParityValidator
from components.parity.sample import read_sample
from schema import SERVING, columns, read_schema
from tests import tampered
from tests.components.learning import trips

pytestmark = pytest.mark.slow

COLUMNS = columns(read_schema(trips.TAXI), SERVING)
OPTIONAL = [column.name for column in COLUMNS if column.may_be_missing]
OPTIONS = {"rows": 64, "limit": 1e-5, "task": "binary", "label": "tips"}
LEAST_ROWS = 40


@pytest.fixture(scope="module")
def taxi(tmp_path_factory):
    """A model of 600 trips; each row to compare lacks other columns."""
    folder = tmp_path_factory.mktemp("parity")
    rows = trips.trips(1000)
    incomplete = [without(row, place) for place, row in enumerate(rows[600:])]
    examples = trips.examples(folder / "examples", train=rows[:600], eval=incomplete)
    schema = trips.schema_artifact(folder / "schema", trips.TAXI.read_text())
    transform_output = trips.transform(folder / "transform", examples, schema)
    model = trips.train(folder / "model", examples, schema, transform_output, steps=40)
    transform = standard_artifacts.TransformGraph()
    transform.uri = str(folder / "transform")
    return SimpleNamespace(examples=examples, schema=schema, transform=transform, model=model)


def without(row, place):
    """The row without one optional column, another in each row; every tenth without any."""
    absent = OPTIONAL if place % 10 == 0 else [OPTIONAL[place % len(OPTIONAL)]]
    return {name: value for name, value in row.items() if name not in absent}


@pytest.fixture
def validate(taxi, tmp_path):
    """Runs the node on a model; gives the artifact and what stands in parity.json."""

    def validate(model, **options):
        parity = Parity()
        parity.uri = str(tmp_path / "parity")
        Path(parity.uri).mkdir()
        ParityValidator.test_call(
            model=model,
            transform_graph=taxi.transform,
            examples=taxi.examples,
            schema=taxi.schema,
            parity=parity,
            options=json.dumps(OPTIONS | options),
            beam_pipeline=beam.Pipeline(argv=trips.BEAM.beam_pipeline_args),
        )
        return parity, json.loads(Path(parity.uri, "parity.json").read_text())

    return validate


@pytest.fixture
def tamper(taxi, tmp_path):
    return lambda changes: tampered.tampered(taxi.model, tmp_path / "tampered", changes)


def refused(validated):
    """Why the blessing was withheld, a line for each output that is at fault."""
    parity, _ = validated
    assert parity.get_int_custom_property("blessed") == 0
    return parity.get_string_custom_property("reason").splitlines()


def test_every_signature_answers_incomplete_rows_as_beam_and_the_network_do(validate, taxi):
    parity, report = validate(taxi.model)

    by_signature = {}
    for entry in report["differences"]:
        by_signature.setdefault(entry["signature"], []).append(entry)
    assert parity.get_int_custom_property("blessed") == 1
    assert parity.get_string_custom_property("reason") in (None, "")
    assert parity.get_string_custom_property("summary").startswith("64 rows, largest difference ")
    assert (report["rows"], report["limit"]) == (64, 1e-5)
    assert {name: len(entries) for name, entries in by_signature.items()} == {
        "transform_features": 18,
        "serving_default": 1,
        "serve_rows": 1,
    }
    assert all(0 <= entry["largest"] <= 1e-5 for entry in report["differences"])
    assert [path.name for path in Path(parity.uri).iterdir()] == ["parity.json"]


def test_a_column_that_is_lost_in_serving_only_is_found(validate, tamper):
    model = tamper({tampered.SERVE_ROWS: tampered.without_column("fare")})

    (line,) = refused(validate(model))

    assert line.startswith("serve_rows, probability, row ")
    assert ": differs by 0." in line
    assert line.endswith(", limit 1e-05")


def test_a_feature_that_is_computed_otherwise_in_serving_is_named(validate, tamper):
    def shift(original, inputs, _):
        features = original(**inputs)
        return features | {"fare_xf": features["fare_xf"] + 1e-3}

    (line,) = refused(validate(tamper({tampered.TRANSFORM: shift})))

    assert line.startswith("transform_features, fare_xf, row ")
    assert ": differs by 0.001" in line


def test_a_difference_within_the_limit_passes(validate, tamper):
    model = tamper({tampered.SERVE_EXAMPLES: tampered.answering(lambda values: values + 1e-3)})

    parity, report = validate(model, limit=2e-3)

    (shifted,) = [d for d in report["differences"] if d["signature"] == "serving_default"]
    assert parity.get_int_custom_property("blessed") == 1
    assert shifted["largest"] == pytest.approx(1e-3, abs=1e-4)
    assert parity.get_string_custom_property("summary") == "64 rows, largest difference 0.001"


def test_an_answer_that_is_no_number_is_found(validate, tamper):
    model = tamper({tampered.SERVE_EXAMPLES: tampered.answering(lambda values: values / 0.0 * 0.0)})

    validated = validate(model)

    (line,) = refused(validated)
    (entry,) = [d for d in validated[1]["differences"] if d["signature"] == "serving_default"]
    assert line.startswith("serving_default, probability, row 0: is nan, expected 0.")
    assert (entry["largest"], entry["row"]) == (None, 0)


def test_a_signature_that_is_missing_is_named(validate, tamper):
    (line,) = refused(validate(tamper({tampered.SERVE_ROWS: None})))

    assert line == (
        "serve_rows: the model has no such signature; it has serving_default, transform_features"
    )


def test_a_signature_that_wants_the_label_in_a_request_does_not_answer(validate, tamper, taxi):
    def with_label(original, inputs, _):
        spec = {"tips": tf.io.FixedLenFeature([], tf.float32)}
        tips = tf.io.parse_example(inputs["examples"], spec)["tips"]
        return {"probability": original(**inputs)["probability"] + 0 * tips[:, tf.newaxis]}

    (line,) = refused(validate(tamper({tampered.SERVE_EXAMPLES: with_label})))

    assert line.startswith("serving_default: does not answer: ")
    assert "tips" in line


def test_rows_are_spread_over_the_split_and_always_the_same(taxi):
    folder, served = Path(taxi.examples.uri, "Split-eval"), {column.name for column in COLUMNS}

    sample, again = (read_sample(folder, LEAST_ROWS, served) for _ in range(2))

    assert sample == again
    assert sample.numbers == tuple(range(0, 400, 10))
    assert len(set(sample.examples)) > LEAST_ROWS / 2
    assert len(read_sample(folder, 1000, served).numbers) == 400
    asked = tf.train.Example.FromString(sample.requests[0]).features.feature
    assert "tips" in tf.train.Example.FromString(sample.examples[0]).features.feature
    assert "tips" not in asked
    assert "fare" in asked


def test_without_rows_nothing_is_compared(tmp_path):
    with tf.io.TFRecordWriter(str(tmp_path / "data.gz"), "GZIP"):
        pass

    with pytest.raises(InputError, match="no rows to compare"):
        read_sample(tmp_path, 8, {"fare"})
