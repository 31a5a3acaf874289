"""One fit on several devices."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.errors import ComponentError
from components.training.distribution import devices, shared_batch
from tests.components.learning import trips

PAIR = ("/device:CPU:0", "/device:CPU:1")
# Sums come in another order.
TOLERANCE = 1e-5

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pair(taxi, tmp_path_factory):
    """What a process with two devices found: `said` and the model `loaded`."""
    folder = tmp_path_factory.mktemp("pair")
    graph = taxi.transform.transform_savedmodel_dir.rsplit("/", 1)[0]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.components.learning.on_two_devices"]
        + [taxi.examples.uri, taxi.schema.uri, graph, str(folder)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return SimpleNamespace(
        said=json.loads((folder / "said.json").read_text()),
        loaded=tf.saved_model.load(str(folder / "mirrored" / "Format-Serving")),
        looks=looks(folder / "mirrored"),
    )


def looks(model_dir):
    record = model_dir.with_name(f"{model_dir.name}_run") / "training.json"
    return json.loads(record.read_text())["looks"]


def test_two_devices_take_the_steps_that_one_takes(pair, taxi):
    alone = looks(Path(taxi.model.uri))[: len(pair.looks)]

    assert len(alone) > 3
    assert [look["step"] for look in pair.looks] == [look["step"] for look in alone]
    for name in ("fitted", "held_out"):
        np.testing.assert_allclose(
            [look[name] for look in pair.looks], [look[name] for look in alone], atol=TOLERANCE
        )


def test_what_two_devices_fitted_is_exported_as_any_model(pair, taxi):
    probability = trips.ask(pair.loaded, taxi.rows[2000:])["probability"][:, 0]

    label = trips.ask(pair.loaded, taxi.rows[2000:], "transform_features")["tips_xf"]
    assert probability[label == 1].mean() > probability[label == 0].mean() + 0.1


def test_gradients_and_losses_are_added_up_and_what_is_kept_is_alike(pair):
    assert pair.said["parts"] == {"gradient": [45.0, 90.0], "loss": 4.5, "mean": 4.5, "calls": 4}


def test_a_batch_that_cannot_be_shared_is_an_error_before_the_fit(pair):
    assert pair.said["uneven"] == (
        "training.batch_size = 129 cannot be shared evenly by 2 devices (training.distribution); "
        "use a multiple of 2"
    )


def test_a_batch_that_nobody_asked_for_is_made_to_be_shared():
    three = (*PAIR, "/device:CPU:2")

    assert shared_batch(256, three, is_stated=False) == 258
    assert shared_batch(258, three, is_stated=True) == 258
    assert shared_batch(129, (), is_stated=True) == 129


def test_a_machine_with_one_device_says_that_there_is_nothing_to_share():
    assert devices("none") == ()
    with pytest.raises(ComponentError, match='TensorFlow sees 1 CPU here; set .* = "none"'):
        devices("mirrored")
