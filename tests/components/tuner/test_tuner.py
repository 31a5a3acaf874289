"""Searches with real fits."""

import json
import math
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.dsl.components.base.base_executor import BaseExecutor
from tfx.types import standard_artifacts
from tfx.utils import json_utils

from components.errors import ModelRefused
from components.training.options import TrainingOptions
from components.training.run import run_fn
from components.tuner.executor import Executor, summary, trials_table
from components.tuner.options import TunerOptions
from components.tuner.search import CONFIGURED, Search
from tests.components.learning import trips
from tests.components.tuner.conftest import TRAINING, TUNING

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tune(table, tmp_path_factory):
    """Returns a function that runs the node: its winner, its table of trials and its summary."""

    def tune(training=TRAINING, **tuning):
        folder = tmp_path_factory.mktemp("tuner")
        best = trips.artifact(standard_artifacts.HyperParameters, folder / "best")
        results = trips.artifact(standard_artifacts.TunerResults, folder / "results")
        graph = trips.artifact(standard_artifacts.TransformGraph, Path(table.graph))
        context = BaseExecutor.Context(tmp_dir=str(folder), unique_id="1")
        Executor(context).Do(
            {"examples": [table.examples], "schema": [table.schema], "transform_graph": [graph]},
            {"best_hyperparameters": [best], "tuner_results": [results]},
            {
                "tuner_fn": "components.tuner.search.tuner_fn",
                "train_args": '{"splits": ["train"]}',
                "eval_args": "{}",
                "custom_config": json_utils.dumps(training | {"tuning": TUNING | tuning}),
            },
        )
        (file,) = Path(best.uri).iterdir()
        trials = json.loads(Path(results.uri, "trials.json").read_text())
        return json.loads(file.read_text()), trials, best.get_string_custom_property("summary")

    return tune


@pytest.fixture(scope="module")
def found(tune):
    return tune()


def test_the_winner_has_the_least_held_out_loss_and_beats_a_bad_configuration(found):
    winner, told, summary = found

    losses = {trial["id"]: trial["held_out"] for trial in told["trials"]}
    (best,) = (trial for trial in told["trials"] if trial["id"] == told["best"])
    assert len(losses) == 3
    assert best["held_out"] == min(losses.values()) < losses[CONFIGURED] - 0.01
    assert best["hyperparameters"] == winner
    assert 0.002 <= winner["learning_rate"] <= 0.02
    assert winner["hidden_units"] in ([8], [16, 8])
    assert (told["algorithm"], told["objective"]) == ("random", "held_out")
    assert f"held-out loss {best['held_out']:.4f} (configured: {losses[CONFIGURED]:.4f})" in summary


def test_the_trainer_fits_exactly_the_winner(found, table, tmp_path):
    winner, told, _ = found

    run_fn(
        FnArgs(
            train_files=[f"{table.examples.uri}/Split-train/*"],
            transform_graph_path=table.graph,
            schema_path=f"{table.schema.uri}/schema.pbtxt",
            serving_model_dir=str(tmp_path / "model"),
            model_run_dir=str(tmp_path / "run"),
            custom_config=TRAINING,
            hyperparameters=winner,
        )
    )

    told_by_trainer = json.loads((tmp_path / "run" / "training.json").read_text())
    (best,) = (trial for trial in told["trials"] if trial["id"] == told["best"])
    held_out = min(look["held_out"] for look in told_by_trainer["looks"])
    assert told_by_trainer["options"].items() >= winner.items()
    assert told_by_trainer["options"]["steps"] == TRAINING["steps"]
    assert held_out == pytest.approx(best["held_out"], rel=1e-6)


def test_the_first_trial_is_what_is_configured(found):
    _, told, _ = found

    first = told["trials"][0]
    assert (first["id"], first["status"], first["reason"]) == (CONFIGURED, "completed", "")
    assert first["hyperparameters"] == {"learning_rate": 0.0001, "hidden_units": [8]}


def test_when_all_trials_fail_nothing_is_trained(tune):
    with pytest.raises(ModelRefused, match=r"every trial failed \(1\); the first: the loss is no"):
        tune(training=TRAINING | {"learning_rate": 1e8}, trials=1)


class Fits:
    """Fits that take no time: far from a learning rate of 0.005, or in few steps, is worse."""

    def __init__(self, outcomes=()):
        self.options = []
        self.outcomes = list(outcomes)

    def __call__(self, options, data):
        self.options.append(options)
        loss = abs(math.log(options.learning_rate / 0.005)) + 1 / options.steps
        outcome = self.outcomes.pop(0) if self.outcomes else loss
        if isinstance(outcome, BaseException):
            raise outcome
        return SimpleNamespace(held_out=outcome)


@pytest.fixture
def searched(tmp_path):
    """Returns a function that searches with fits as given, and returns the search."""

    def searched(fit, clock=time.monotonic, training=TRAINING, **tuning):
        search = Search(
            TunerOptions.from_plain(TUNING | tuning),
            TrainingOptions.from_plain(training),
            None,
            str(tmp_path / str(len(list(tmp_path.iterdir())))),
            fit,
            clock,
        )
        search.search(verbose=0)
        return search

    return searched


@pytest.mark.parametrize("algorithm", ["random", "hyperband", "bayesian"])
def test_the_same_seed_tries_the_same_and_another_seed_another(searched, algorithm):
    def tried(seed):
        search = searched(Fits(), algorithm=algorithm, training=TRAINING | {"seed": seed}, trials=6)
        return [trial.hyperparameters for trial in search.trials]

    assert len(tried(0)) == 6
    assert tried(0) == tried(0)
    assert tried(0) != tried(1)


def test_hyperband_gives_most_trials_few_steps_and_a_trial_keeps_its_own(searched):
    fits = Fits()

    search = searched(fits, algorithm="hyperband", trials=24)

    steps = [options.steps for options in fits.options]
    assert len(steps) == 24
    assert steps[:10] == [90, *[10] * 9]
    assert set(steps[10:]) >= {30, 90}
    for trial, options in zip(search.trials, fits.options, strict=True):
        assert TrainingOptions.from_plain(TRAINING).tuned(trial.hyperparameters) == options


def test_bayesian_search_stays_in_the_space(searched):
    space = {"learning_rate": [0.0005, 0.05], "hidden_units": [[8]], "batch_size": [16, 64]}

    search = searched(Fits(), algorithm="bayesian", trials=6, space=space)

    configured, *tried = [trial.hyperparameters for trial in search.trials]
    assert configured["batch_size"] == 32
    assert {values["batch_size"] for values in tried} <= {16, 64}
    assert all(0.0005 <= values["learning_rate"] <= 0.05 for values in tried)


def test_no_trial_begins_after_the_time(searched):
    # A minute passes at each look at the clock.
    minutes = iter(range(0, 60_000, 60))

    search = searched(Fits(), lambda: next(minutes), trials=50, minutes=12)

    assert 1 < len(search.trials) < 8


def test_the_configured_values_alone_are_a_search_of_one_trial(searched):
    search = searched(Fits(), trials=1)

    assert [trial.id for trial in search.trials] == [CONFIGURED]


def test_an_interrupt_leaves_the_best_so_far(searched):
    search = searched(Fits([0.5, 0.3, 0.4, KeyboardInterrupt()]), trials=50)

    assert [trial.held_out for trial in search.trials] == [0.5, 0.3, 0.4]
    assert search.best is search.trials[1]


def test_an_interrupt_before_the_first_trial_ended_is_one(searched):
    with pytest.raises(KeyboardInterrupt):
        searched(Fits([KeyboardInterrupt()]))


def test_trials_whose_loss_is_no_number_are_skipped_and_named(searched):
    outcomes = [0.5, ModelRefused("lost"), math.nan, math.inf, ModelRefused("lost"), 0.4, 0.6]

    search = searched(Fits(outcomes), trials=7)

    table = trials_table(search)["trials"]
    assert [trial["held_out"] for trial in table] == [0.5, None, None, None, None, 0.4, 0.6]
    assert [trial["reason"] for trial in table[:3]] == [
        "",
        "lost",
        "the loss on the rows held out is nan",
    ]
    assert table[1]["status"] == "failed"
    assert search.best is search.trials[5]
    assert "; 4 failed (0: lost; 1: the loss" in summary(search.trials, search.best)
