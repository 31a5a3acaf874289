"""What nodes are told, from a configuration."""

import json
from pathlib import Path

import pytest

from components.evaluator.options import EvaluatorOptions
from components.judgement.options import FairnessOptions
from pipeline import options
from pipeline.config import load

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def what():
    def loaded(*overrides):
        taxi, local = PROJECT / "configs/taxi.toml", PROJECT / "configs/local.toml"
        return load(str(taxi), str(local), overrides)

    return loaded


def test_columns_with_personal_data_are_named_to_all_who_must_hide_them(what):
    config = what('data.columns.company.privacy="identifier"')

    assert json.loads(options.example_gen(config.what))["identifiers"] == ["company"]
    assert json.loads(options.hidden_columns(config.what)) == ["company"]


def test_the_share_that_may_be_put_aside_holds_for_the_rows_compared_with_too(what):
    config = what("data.max_quarantined=0.2", 'data.served="served/*.csv"')

    told = json.loads(options.reference_statistics(config.what, config.where))
    assert told["max_quarantined"] == 0.2
    assert json.loads(options.example_gen(config.what))["max_quarantined"] == 0.2


def test_sensitive_columns_and_their_bounds_reach_the_evaluator(what):
    fairness = "evaluation.fairness={columns=['payment_type'], max_gap={fpr=0.1}}"
    told = options.evaluation(what(fairness).what)

    crossed = EvaluatorOptions.from_json(told.to_json()).fairness
    assert crossed == FairnessOptions(
        columns=("payment_type",),
        thresholds=(0.25, 0.5, 0.75),
        min_rows=100,
        max_gap={"fpr": 0.1},
    )
    assert options.evaluation(what().what).fairness.columns == ()


def test_where_a_fit_is_kept_is_told_to_the_trainer_alone_and_only_if_stated(what):
    stated = what('roots.checkpoints="/mnt/fits"')

    assert options.checkpoints(what().where) == {}
    assert options.checkpoints(stated.where) == {"checkpoints": "/mnt/fits"}


def test_a_gate_on_one_slice_reaches_the_evaluator(what):
    told = options.evaluation(
        what('evaluation.gates=[{metric="auc", min=0.9, scope={trip_start_hour=3}}]').what
    )

    assert told.named_slices == ((("trip_start_hour", "3"),),)
    assert told.slice_columns == ("trip_start_hour", "payment_type")
    assert told.seed == 20


def test_severities_and_waivers_reach_the_gate(what):
    waiver = 'data.waivers.fare={until = 2026-12-31, reason = "why"}'
    config = what("data.severities.company=warn", waiver)

    assert json.loads(options.data_gate(config.what)) == {
        "severities": {"company": "warn"},
        "waivers": {"fare": {"until": "2026-12-31", "reason": "why"}},
    }
