"""The node on a model that was really fitted."""

import json
from pathlib import Path

import numpy as np
import pytest

from components.errors import InputError
from components.explainer.model import AskedModel
from components.explainer.sample import BACKGROUND, read_rows, sampled
from components.explainer.shapley import explain as explain_row
from schema import read_schema
from tests.components.learning import trips

pytestmark = pytest.mark.slow


def content(explanation, name):
    return json.loads(Path(explanation.uri, f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def explanation(explain):
    return explain()


@pytest.fixture(scope="module")
def asked(table):
    contract = read_schema(f"{table.schema.uri}/schema.pbtxt")
    return AskedModel(f"{table.model.uri}/Format-Serving", contract)


def test_a_noise_column_scores_about_zero_and_the_telling_ones_more(explanation):
    told = content(explanation, "importance")

    by_name = {entry["column"]: entry for entry in told["columns"]}
    assert [entry["column"] for entry in told["columns"][:2]] == ["size (cm)", "colour"]
    assert by_name["noise"]["low"] <= 0 <= by_name["noise"]["high"]
    assert by_name["colour"]["low"] > 0.05
    assert (told["metric"], told["rows"], told["repeats"]) == ("loss", 300, 3)


def test_the_strongest_columns_are_followed_each_by_its_kind(explanation):
    told = content(explanation, "partial_dependence")["columns"]

    kinds = {entry["column"]: entry["kind"] for entry in told}
    answers = {
        point["value"]: point["answer"]
        for entry in told
        if entry["column"] == "colour"
        for point in entry["points"]
    }
    assert kinds.items() >= {"size (cm)": "number", "colour": "category"}.items()
    assert len(kinds) == 3
    assert answers["red"] > max(answers["green"], answers["blue"]) + 0.1


def test_the_summary_names_the_telling_columns_alone(explanation):
    summary = explanation.get_string_custom_property("summary")

    assert "tell something, most of all size (cm), colour" in summary
    assert "noise" not in summary


def test_the_background_is_real_rows_without_their_label(explanation, asked, table):
    background = read_rows(Path(explanation.uri, BACKGROUND))

    columns = asked.columns_of(background)
    assert len(background) == 20
    assert set(columns["noise"]) <= {np.float32(row["noise"]) for row in table.rows[::3]}
    assert not any(b"\x01y" in row for row in background)


def test_the_model_answers_columns_as_it_answers_examples(asked, table):
    rows = table.rows[:30]
    examples = [trips.serialized(row) for row in rows]

    answers = asked.ask(asked.columns_of(examples))

    expected = trips.ask(trips.load(table.model), rows)["probability"]
    np.testing.assert_allclose(answers, expected, atol=1e-6)
    assert any("size (cm)" not in row for row in rows)


def test_the_shares_of_a_real_row_make_its_answer(explanation, asked, table):
    background = asked.columns_of(read_rows(Path(explanation.uri, BACKGROUND)))
    row = asked.columns_of([trips.serialized(table.rows[0])])

    explained = explain_row(row, background, asked.ask, orders=4, seed=1)

    total = sum(entry.share for entry in explained.attributions)
    assert explained.answer == pytest.approx(asked.ask(row)[0, 0], abs=1e-6)
    assert total == pytest.approx(explained.answer - asked.ask(background).mean(), abs=1e-6)
    assert explained.attributions[0].column in ("size (cm)", "colour")


def test_the_same_seed_gives_the_same_files(explain, explanation):
    again = explain()

    for name in ("importance", "partial_dependence"):
        assert content(again, name) == content(explanation, name)


def test_rows_without_a_label_are_left_out(explain, table, tmp_path):
    rows = [dict(row) for row in table.rows[:40]]
    for row in rows[::2]:
        row["y"] = 5
    examples = trips.examples(tmp_path / "examples", train=rows, eval=rows)

    assert content(explain(examples=examples), "importance")["rows"] == 20


def test_without_labelled_rows_nothing_can_be_said(explain, table, tmp_path):
    rows = [row | {"y": 5} for row in table.rows[:4]]
    examples = trips.examples(tmp_path / "examples", train=rows, eval=rows)

    with pytest.raises(InputError, match="fewer than 2 of the rows of the split 'eval'"):
        explain(examples=examples)


def test_a_model_of_another_schema_is_refused_by_the_column(table, tmp_path):
    text = Path(table.schema.uri, "schema.pbtxt").read_text().replace('"noise"', '"hiss"')
    other = trips.schema_artifact(tmp_path / "schema", text)

    with pytest.raises(InputError, match="asks for noise, which the schema does not have"):
        AskedModel(f"{table.model.uri}/Format-Serving", read_schema(f"{other.uri}/schema.pbtxt"))


def test_a_sample_is_bounded_seeded_and_takes_every_row_alike(table):
    samples = [sampled(table.examples, "eval", 50, seed) for seed in range(60)]

    assert sampled(table.examples, "eval", 50, 3) == samples[3]
    assert {len(sample) for sample in samples} == {50}
    assert len({row for sample in samples for row in sample}) > 390
    assert len(sampled(table.examples, "eval", 5000, 1)) == 400
