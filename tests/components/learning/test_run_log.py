"""What the Trainer keeps of a fit."""

import json
import logging
import math

import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from components import progress
from components.training.fitting import Look
from components.training.options import TrainingOptions
from components.training.run_log import RunLog, summary, words
from components.training.targets import Target
from components.training.training import Trained
from tests.components.learning import trips

STEPS = 5000
LOOKS = [
    Look(20, 0.5, 0.45, 1.5, 1000.0),
    Look(1240, 0.27123, 0.28349, 3.0, 38_000.4),
    Look(1300, 0.2, math.inf, 4.0, 2.0),
]
OPTIONS = TrainingOptions.from_plain(trips.TRAINING | {"steps": STEPS, "patience": 3})


def kept(folder, looks):
    log = RunLog(str(folder))
    for look in looks:
        log.seen(look)
    log.close(Trained(None, Target("binary", temperature=1.5), looks), OPTIONS)
    return json.loads((folder / "training.json").read_text())


def test_all_looks_and_the_effective_options_are_kept(tmp_path):
    record = kept(tmp_path, LOOKS)

    assert record["looks"][0] == {
        "step": 20,
        "fitted": 0.5,
        "held_out": 0.45,
        "seconds": 1.5,
        "rows_per_s": 1000.0,
    }
    assert record["looks"][2]["held_out"] is None
    assert (record["task"], record["temperature"]) == ("binary", 1.5)
    assert TrainingOptions.from_plain(record["options"]) == OPTIONS


def test_tensorboard_draws_the_curves(tmp_path):
    kept(tmp_path, LOOKS)

    events = EventAccumulator(str(tmp_path), size_guidance={"tensors": 0}).Reload()

    drawn = {
        tag: [(e.step, float(tf.make_ndarray(e.tensor_proto))) for e in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }
    assert drawn == {
        tag: [(look.step, pytest.approx(value(look))) for look in LOOKS]
        for tag, value in {
            "loss/fitted": lambda look: look.fitted,
            "loss/held_out": lambda look: look.held_out,
            "rows_per_s": lambda look: look.rows_per_s,
        }.items()
    }


def test_each_look_is_told(tmp_path, caplog):
    caplog.set_level(logging.INFO, progress.LOGGER)

    kept(tmp_path, LOOKS[1:2])

    assert caplog.messages == ["step 1,240 · loss 0.271 · held out 0.283 · 38,000 rows/s"]
    assert words(Look(5, 1.0, math.nan, 1.0, 9.0)) == "step 5 · loss 1.000 · 9 rows/s"


def test_the_summary_says_where_the_fit_was_best(tmp_path):
    kept(tmp_path, LOOKS)

    assert summary(str(tmp_path)) == "loss 0.2835 on rows held out, at step 1,240 of 1,300"


def test_the_summary_says_how_the_fit_began(tmp_path):
    log = RunLog(str(tmp_path))
    start = {
        "from_version": 3,
        "carried": ["a"],
        "left": [{"what": "categories", "why": "1 of 4 values are new: oval"}],
    }
    log.close(Trained(None, Target("binary"), LOOKS), OPTIONS, 20, start)

    assert summary(str(tmp_path)).endswith(
        " of 1,300; started from version 3, of which was not carried over in whole: categories; "
        "an earlier attempt was gone on with from step 20"
    )


@pytest.mark.parametrize(("idle", "is_told"), [(0, True), (2, True), (3, False)])
def test_the_summary_says_that_the_limit_of_steps_ended_the_fit(tmp_path, idle, is_told):
    best = STEPS - 20 * idle
    looks = [Look(best, 0.4, 0.3, 1.0, 9.0)]
    looks += [Look(best + 20 * more, 0.4, 0.35, 1.0, 9.0) for more in range(1, idle + 1)]

    kept(tmp_path, looks)

    said = "; training.steps = 5000 ended it, and more may gain"
    assert summary(str(tmp_path)) == (
        f"loss 0.3000 on rows held out, at step {best:,} of 5,000{said if is_told else ''}"
    )


def test_the_summary_says_that_no_rows_were_held_out(tmp_path):
    kept(tmp_path, [Look(50, 0.5, math.nan, 1.0, 9.0)])

    assert summary(str(tmp_path)) == "50 steps; no rows were held out"
