"""Real models asked about real rows."""

from pathlib import Path

import numpy as np
import pytest

from components.answering.answers import MISSING
from components.answering.asking import answers
from components.errors import ModelRefused
from schema import read_schema
from schema.labels import Label
from tests.components.learning import trips

pytestmark = pytest.mark.slow

FIFTH = {"schema": read_schema(trips.TAXI), "label": Label(**trips.TIP), "task": "binary"}


def files(examples, split="eval"):
    return sorted(map(str, Path(examples.uri, f"Split-{split}").iterdir()))


def model(taxi):
    return f"{taxi.model.uri}/Format-Serving"


def test_an_answer_is_what_a_client_gets_for_the_same_row(taxi):
    asked = answers(files(taxi.examples), **FIFTH, candidate=model(taxi), baseline=model(taxi))

    expected = trips.ask(taxi.loaded, taxi.rows[2000:])["probability"]
    np.testing.assert_allclose(asked.candidate, expected, atol=1e-6)
    np.testing.assert_array_equal(asked.baseline, asked.candidate)
    assert asked.candidate.dtype == np.float32
    assert asked.row.tolist() == list(range(1000))


def test_a_label_is_made_from_the_row_itself(taxi):
    asked = answers(files(taxi.examples), **FIFTH, candidate=model(taxi))

    expected = [
        float(row.get("fare", 0) > 0 and row["tips"] > 0.2 * row["fare"])
        for row in taxi.rows[2000:]
    ]
    assert asked.label.tolist() == expected
    assert asked.baseline is None


def test_columns_come_with_the_answers_and_what_is_missing_is_known(taxi, tmp_path):
    rows = [
        row | {"payment_type": word.encode(), "trip_start_hour": hour, "dropoff_latitude": 2.5}
        for row, word, hour in zip(taxi.rows, ("Cash", "Bär", "Cash"), (10, 9, 10), strict=False)
    ]
    rows[2] = {
        name: value
        for name, value in rows[2].items()
        if name not in ("dropoff_latitude", "company")
    }
    examples = trips.examples(tmp_path / "rows", eval=rows)

    asked = answers(
        files(examples),
        **FIFTH,
        candidate=model(taxi),
        columns=["payment_type", "trip_start_hour", "dropoff_latitude", "company"],
    )

    assert asked.columns["payment_type"].values == ("Bär", "Cash")
    assert asked.columns["payment_type"].codes.tolist() == [1, 0, 1]
    assert asked.columns["trip_start_hour"].values == ("9", "10")
    assert asked.columns["trip_start_hour"].codes.tolist() == [1, 0, 1]
    assert asked.columns["company"].codes[2] == MISSING
    np.testing.assert_array_equal(asked.columns["dropoff_latitude"], np.float32([2.5, 2.5, np.nan]))


def test_rows_without_a_label_are_counted_and_left_out(taxi, tmp_path):
    rows = [row | {"company": b"1" if place % 2 else b"Z"} for place, row in enumerate(taxi.rows)]
    examples = trips.examples(tmp_path / "rows", eval=rows[:9])
    one_of_two = Label(column="company", positive="1")
    schema = read_schema(trips.TAXI)
    column = next(feature for feature in schema.feature if feature.name == "company")
    column.ClearField("domain")
    column.string_domain.value.extend(["0", "1"])

    asked = answers(
        files(examples), schema=schema, label=one_of_two, task="binary", candidate=model(taxi)
    )

    assert asked.label.tolist() == [1.0] * 4
    assert asked.row.tolist() == [1, 3, 5, 7]
    assert asked.unlabelled == 5


def test_no_files_are_no_rows(taxi):
    asked = answers([], **FIFTH, candidate=model(taxi), columns=["payment_type"])

    assert asked.rows == 0
    assert asked.candidate.shape == (0, 1)


def test_a_model_of_another_task_is_refused_and_named(taxi):
    regression = FIFTH | {"label": Label(column="tips"), "task": "regression"}

    with pytest.raises(ModelRefused, match="answers 'value'; this one has: probability"):
        answers(files(taxi.examples), **regression, candidate=model(taxi))
