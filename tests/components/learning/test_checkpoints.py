"""A fit that was killed is gone on with."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.training import run
from components.training.batches import Batches, TrainingRows
from components.training.checkpoints import Checkpoint, fingerprint_of
from components.training.fitting import Fit, Look, fit
from components.training.folds import FOLD, FOLDS
from components.training.held_out import HeldOut
from components.training.layers import Dropout, MemberDense, for_each
from components.training.options import TrainingOptions
from components.training.run import checkpoint_of
from components.training.steps import beginning
from components.training.targets import Target
from tests.buckets.fixtures import gs  # noqa: F401
from tests.components.learning import trips

STEPS = 200


def fitted(kept, steps=STEPS, each=lambda look: None):
    """Fits noise; the weights at the end, and the steps of all looks."""
    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(4)
    features = {
        "x": tf.constant(numbers.normal(size=(400, 20)), tf.float32),
        "y": tf.constant(numbers.integers(0, 2, 400), tf.float32),
        FOLD: tf.constant(numbers.integers(0, FOLDS, 400)),
    }
    options = TrainingOptions.from_plain(
        trips.TRAINING | {"members": 2, "patience": 99, "steps": steps}
    )
    inputs = {"x": keras.Input((20,), name="x")}
    hidden = Dropout(0.1)(keras.ops.relu(MemberDense(2, 16)(for_each(2, inputs["x"]))))
    model = keras.Model(inputs, MemberDense(2, 1)(hidden))
    rows = TrainingRows([], None, "y", 400, features, is_in_memory=True)
    held_out = HeldOut(features, "y", 2, Target("binary"))
    looks = fit(
        model, Batches(rows, 32, 7), held_out, Target("binary"), options, seen=each, kept=kept
    )
    weights = np.concatenate([w.numpy().ravel() for w in model.trainable_variables])
    return weights, [look.step for look in looks]


def fit_until_killed(folder):
    """Looks at rows held out, slower than anyone could wait for, until this process is killed."""
    fitted(Checkpoint(folder, "one fit", every_s=0), each=lambda look: time.sleep(1))


@pytest.fixture
def killed(tmp_path):
    """The folder of a fit whose process was killed with a checkpoint written."""
    script = (
        "import sys; from tests.components.learning.test_checkpoints import fit_until_killed;"
        "fit_until_killed(sys.argv[1])"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    deadline = time.monotonic() + 200
    while not list(tmp_path.glob("*.npz")):
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < deadline, "no checkpoint was written"
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return tmp_path


def test_a_fit_that_was_killed_ends_as_if_it_had_not_been(killed):
    checkpoint = Checkpoint(str(killed), "one fit")

    weights, steps = fitted(checkpoint)

    uninterrupted, all_steps = fitted(None)
    assert 0 < checkpoint.resumed_from < STEPS
    assert steps == all_steps
    np.testing.assert_allclose(weights, uninterrupted, atol=1e-5)
    checkpoint.remove()
    assert not list(killed.glob("*.npz"))


def test_a_fit_is_gone_on_with_from_a_bucket(gs):  # noqa: F811
    before, _ = fitted(Checkpoint(gs.uri("fits"), "one fit", every_s=0), steps=20)
    assert len(gs.keys()) == 1
    checkpoint = Checkpoint(gs.uri("fits"), "one fit")

    after, _ = fitted(checkpoint, steps=20)

    assert checkpoint.resumed_from == 20
    np.testing.assert_allclose(after, before, atol=1e-5)
    checkpoint.remove()
    assert gs.keys() == []


def test_a_fit_outlives_the_store_of_its_checkpoints(gs, caplog):  # noqa: F811
    checkpoint = Checkpoint(gs.uri("fits"), "one fit", every_s=0)

    def close(look):
        gs.server.token = "that nobody has"

    _, steps = fitted(checkpoint, steps=20, each=close)
    checkpoint.remove()

    assert steps == [20]
    assert "no checkpoint was written: gs://" in caplog.text
    assert "the checkpoint stays where it is" in caplog.text


@pytest.fixture
def left(tmp_path):
    """A checkpoint after 20 steps."""
    fitted(Checkpoint(str(tmp_path), "one fit", every_s=0), steps=20)
    (path,) = tmp_path.iterdir()
    return path


def test_a_torn_checkpoint_is_left_alone(left, caplog):
    left.write_bytes(left.read_bytes()[:-100])
    checkpoint = Checkpoint(str(left.parent), "one fit")

    _, steps = fitted(checkpoint, steps=20)

    assert (checkpoint.resumed_from, steps) == (None, [20])
    (line,) = [m for m in caplog.messages if "not used" in m]
    assert line.startswith(f"the checkpoint {left} is not used: ")
    assert "\n" not in line


def test_the_checkpoint_of_another_fit_is_left_alone(left, caplog):
    left.rename(left.with_name("another fit.npz"))
    checkpoint = Checkpoint(str(left.parent), "another fit")

    _, steps = fitted(checkpoint, steps=20)

    assert (checkpoint.resumed_from, steps) == (None, [20])
    assert "it is of another fit; starting anew" in caplog.text


def start_of(width):
    """The state of a small network before its first step."""
    inputs = {"x": keras.Input((width,), name="x")}
    return beginning(keras.Model(inputs, Dropout(0.1)(MemberDense(2, 1)(for_each(2, inputs["x"])))))


def test_a_fit_is_read_back_as_it_was(tmp_path):
    start = start_of(3)
    going = Fit(
        state=start._replace(first=start.first + 1, step=start.step + 40),
        best=0.25,
        best_weights=start.average + 2,
        best_others=tuple(tf.ones_like(value) for value in start.others),
        idle=3,
        looks=[Look(20, 0.5, 0.25, 1.5, 100.0), Look(40, 0.4, math.inf, 3.0, 90.0)],
    )
    Checkpoint(str(tmp_path), "one fit", every_s=0).offer(going)

    again = Checkpoint(str(tmp_path), "one fit").load(start)

    assert (again.best, again.idle, again.looks) == (0.25, 3, going.looks)
    for part in ("state", "best_weights", "best_others"):
        for found, expected in zip(
            tf.nest.flatten(getattr(again, part)),
            tf.nest.flatten(getattr(going, part)),
            strict=True,
        ):
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)


def test_weights_of_other_shapes_are_left_alone(tmp_path, caplog):
    Checkpoint(str(tmp_path), "one fit", every_s=0).offer(Fit.of(start_of(3)))
    checkpoint = Checkpoint(str(tmp_path), "one fit")

    assert checkpoint.load(start_of(4)) is None
    assert checkpoint.resumed_from is None
    assert "it has weights of shape (8,), not (10,); starting anew" in caplog.text


def test_between_two_checkpoints_is_some_time(tmp_path):
    now = iter([0.0, 29.0, 30.0, 31.0])
    checkpoint = Checkpoint(str(tmp_path), "one fit", clock=lambda: next(now))

    fitted(checkpoint, steps=20)
    assert not list(tmp_path.iterdir())
    fitted(checkpoint, steps=20)
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_fit_depends_on_is_in_its_fingerprint(tmp_path):
    graph, schema, rows = tmp_path / "graph", tmp_path / "schema", tmp_path / "rows"
    graph.mkdir()
    for file in (schema, rows, graph / "saved_model.pb"):
        file.write_text("0123456789")

    def fingerprint(code="one", **options):
        return fingerprint_of(options, [str(rows)], str(graph), str(schema), [code])

    seen = {fingerprint(steps=1), fingerprint(steps=2), fingerprint("another", steps=1)}
    for file in (schema, rows, graph / "saved_model.pb"):
        file.write_text("9876543210")
        seen.add(fingerprint(steps=1))

    assert len(seen) == 6
    assert fingerprint(steps=1) in seen


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Returns a function that gives the file of a fit; the problem's own code is in `own_fit`."""
    for name in ("rows", "schema", "graph/saved_model.pb", "own_fit.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("build = print\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def place(working_dir="/work", **config):
        arguments = FnArgs(
            train_files=[f"{tmp_path}/rows"],
            transform_graph_path=f"{tmp_path}/graph",
            schema_path=f"{tmp_path}/schema",
            working_dir=working_dir,
            custom_config=trips.TRAINING | config,
        )
        kept = checkpoint_of(arguments, TrainingOptions.from_plain(arguments.custom_config))
        return kept and kept.path

    yield place
    sys.modules.pop("own_fit", None)


def test_a_fit_is_kept_at_the_location_that_is_named_or_where_its_node_works(place):
    assert place().parent == Path("/work")
    assert place(checkpoints="/fits").parent == Path("/fits")
    assert place(checkpoints="/fits").name == place().name
    assert place(working_dir=None) is None


def test_a_fit_from_another_stable_version_is_another(place):
    assert place(stable_version=1) != place(stable_version=2)


def test_other_code_never_goes_on_with_a_fit(place, tmp_path, monkeypatch):
    own = {"build_model": "own_fit.build"}
    ours, theirs = place(), place(**own)
    assert place() == ours
    assert place(**own) == theirs

    (tmp_path / "own_fit.py").write_text("build = max\n")
    assert place(**own) != theirs
    assert place() == ours
    monkeypatch.setattr(run, "code_fingerprint", lambda: "of other sources")
    assert place() != ours
