"""A worker loads one version, answers, and takes nobody along when it ends."""

import asyncio
import os
import signal

import grpc
import numpy as np
import pytest

from serving.servable import ServingError, TensorSpec
from tests.serving.processes import loaders, wait_until, workers

pytestmark = pytest.mark.slow

FLOAT, TEXT = 1, 7


def floats(*values):
    return {"x": np.array(values, np.float32)}


@pytest.fixture(scope="module")
def worker(runner, host, toys):
    worker = runner.run(host.start(toys / "1", threads=2, timeout_s=60))
    yield worker
    worker.close()
    runner.run(worker.gone())


def test_signatures_are_those_of_the_saved_model(worker):
    signature = worker.signatures["serving_default"]

    assert signature.method_name == "tensorflow/serving/predict"
    assert signature.inputs == {"x": TensorSpec("serving_default_x:0", FLOAT, (-1,))}
    assert {name: spec.dtype for name, spec in signature.outputs.items()} == {
        "y": FLOAT,
        "twice": FLOAT,
    }
    assert worker.signatures["parsed"].inputs["examples"].dtype == TEXT
    assert worker.signatures["total"].outputs["total"].shape == ()


def test_answers_only_what_is_asked_for(runner, worker):
    answer = runner.run(worker.run("serving_default", floats(1, 2), ["twice"]))

    assert list(answer) == ["twice"]
    np.testing.assert_array_equal(answer["twice"], [2, 4])


def test_what_the_model_refuses_is_said_without_its_graph(runner, worker):
    broken = {"examples": np.array([b"no example"], object)}

    with pytest.raises(ServingError) as refused:
        runner.run(worker.run("parsed", broken, ["y"]))

    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "Could not parse example input" in str(refused.value)
    assert "{{node" not in str(refused.value)


def test_requests_run_at_once_as_threads_allow(runner, worker):
    async def both():
        slow = asyncio.create_task(worker.run("slow", floats(200_000), ["y"]))
        await worker.run("serving_default", floats(1), ["y"])
        assert not slow.done()
        await slow

    runner.run(both())


def test_a_folder_without_a_saved_model_is_not_found(runner, host, tmp_path):
    with pytest.raises(ServingError, match="Could not find SavedModel") as refused:
        runner.run(host.start(tmp_path, threads=1, timeout_s=60))

    assert refused.value.code is grpc.StatusCode.NOT_FOUND


def test_a_model_that_refuses_its_own_warm_up_is_not_loaded(runner, host, toys):
    with pytest.raises(ServingError, match="no_such_signature"):
        runner.run(host.start(toys / "2", threads=1, timeout_s=60))


def test_a_load_that_takes_too_long_is_given_up(runner, host, toys, worker):
    before = workers()

    with pytest.raises(ServingError, match=r"not loaded and warm after 0\.001 s") as refused:
        runner.run(host.start(toys / "3", threads=1, timeout_s=0.001))

    assert refused.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    wait_until(lambda: workers() == before)


def test_a_worker_that_is_killed_answers_unavailable_and_others_go_on(runner, host, toys, worker):
    before = workers()
    other = runner.run(host.start(toys / "3", threads=1, timeout_s=60))
    (pid,) = workers() - before

    async def killed():
        asked = asyncio.create_task(other.run("slow", floats(1e9), ["y"]))
        await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        await other.gone()
        with pytest.raises(ServingError) as refused:
            await asked
        return refused.value.code

    assert runner.run(killed()) is grpc.StatusCode.UNAVAILABLE
    assert runner.run(worker.run("serving_default", floats(1), ["y"]))["y"] == [1]


def test_closing_ends_the_process_also_while_it_runs(runner, host, toys, worker):
    before = workers()
    other = runner.run(host.start(toys / "3", threads=1, timeout_s=60))

    async def closed():
        asked = asyncio.create_task(other.run("slow", floats(1e9), ["y"]))
        await asyncio.sleep(0.05)
        other.close()
        await other.gone()
        await asyncio.gather(asked, return_exceptions=True)

    runner.run(closed())
    wait_until(lambda: workers() == before)


def test_a_loader_that_died_is_started_again_and_its_workers_live_on(runner, host, toys, worker):
    (before,) = loaders()
    before.kill()

    other = runner.run(host.start(toys / "3", threads=1, timeout_s=60))

    assert runner.run(worker.run("serving_default", floats(1), ["y"]))["y"] == [1]
    assert runner.run(other.run("serving_default", floats(1), ["y"]))["y"] == [3]
    other.close()
    runner.run(other.gone())
