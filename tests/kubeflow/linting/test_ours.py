"""Our own pipeline, compiled for a cluster: nothing to find, and what a wrong place would do."""

import dataclasses

import pytest

from compiling import compile_pipeline, graph_of
from linting import lint
from pipeline.config.loading import load_cluster

pytestmark = pytest.mark.slow


def compiled(where="configs/kubeflow.toml", overrides=()):
    loaded = load_cluster("configs/taxi.toml", where, overrides)
    return compile_pipeline(loaded, graph_of(loaded))


def found(one):
    return [(finding.rule, finding.place) for finding in lint(one.pipeline_spec, one.platform_spec)]


@pytest.mark.parametrize("where", ["configs/kubeflow.toml", "configs/vertex.toml"])
def test_the_pipeline_is_clean_wherever_it_is_to_run(where):
    assert found(compiled(where)) == []


def test_it_is_clean_with_a_search_and_a_warm_start():
    overrides = ['tuning.algorithm="random"', "training.warm_start=true"]

    assert found(compiled(overrides=overrides)) == []


def test_a_function_of_the_users_that_the_image_lacks_is_named():
    one = compiled(overrides=['training.build_model="tests.stranger.main"'])

    assert [rule for rule, _ in found(one)] == ["user-module"]


def test_a_volume_that_is_taken_away_is_missed():
    one = compiled()
    one = dataclasses.replace(one, platform_spec=None)

    rules = found(one)

    assert {rule for rule, _ in rules} == {"local-path"}
    assert any("base_dir" in place for _, place in rules)
