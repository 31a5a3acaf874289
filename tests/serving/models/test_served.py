"""Versions come and go, and whoever asks notices nothing but other answers."""

import asyncio
import os
import shutil
import signal
from types import SimpleNamespace

import grpc
import numpy as np
import pytest

from serving.metrics import Metrics
from serving.models import ModelConfig, ServedModels
from serving.models.folder import All, Latest, Specific
from serving.options import ServerOptions
from serving.servable import ServingError
from tests.serving.processes import wait_until, workers
from tfxp_client import State, wire

pytestmark = pytest.mark.slow

ONE = {"x": np.ones(1, np.float32)}


@pytest.fixture
def serve(runner, host):
    """`serve(config…)` serves models; what it returns can be asked, looked at and told to go on."""
    started = []

    def start(*configs, **options):
        lines = []
        options = ServerOptions(load_attempts=1, load_retry_s=0.01, **options)
        models = ServedModels(options, host, Metrics(), lines.append)
        started.append(models)
        runner.run(models.apply({config.name: config for config in configs}))
        return SimpleNamespace(
            models=models,
            lines=lines,
            apply=lambda *new: runner.run(models.apply({config.name: config for config in new})),
            look=lambda: runner.run(models.look()),
            settled=lambda: runner.run(models.settled()),
            ask=lambda **asked: scale(runner, models, **asked),
            states=lambda: states(runner, models),
            reaches=lambda expected: reaches(runner, models, expected),
        )

    yield start
    for models in started:
        runner.run(models.close())


def scale(runner, models, **asked):
    """What one row answers: with the toy models, the number of the model."""
    servable = models.find("toy", **asked)
    return runner.run(servable.run("serving_default", ONE, ["y"], 60))["y"].tolist()


def states(runner, models):
    runner.run(asyncio.sleep(0))
    return {status.version: status.state.name for status in models.status("toy")}


def reaches(runner, models, expected):
    def holds():
        runner.run(asyncio.sleep(0.01))
        return states(runner, models) == expected

    wait_until(holds)


def config(base, policy=None, **labels):
    return ModelConfig("toy", base.folder, policy or Latest(), labels)


def test_the_latest_version_is_served_and_another_takes_its_place(serve, base):
    base(1, toy=1)
    server = serve(config(base))
    assert server.settled() == []
    assert server.ask() == [1]

    base(10, toy=3)
    server.look()
    assert server.ask() == [1]
    server.reaches({10: "AVAILABLE", 1: "END"})

    assert server.ask() == [3]
    assert server.lines == [
        "toy version 1: available",
        "toy version 10: available",
        "toy version 1: unloaded",
    ]


def test_a_request_in_flight_is_answered_by_the_version_that_goes(serve, base, runner):
    base(1, toy=1)
    server = serve(config(base))
    server.settled()
    old = server.models.find("toy")

    async def ask_and_replace():
        asked = asyncio.create_task(
            old.run("slow", {"x": np.full(1, 2e6, np.float32)}, ["y"], None)
        )
        await asyncio.sleep(0)
        base(2, toy=3)
        await server.models.look()
        await server.models.settled()
        while old.status.state is not State.UNLOADING:
            await asyncio.sleep(0.01)
        return (await asked)["y"].tolist()

    assert runner.run(ask_and_replace()) == [2e6]
    server.reaches({2: "AVAILABLE", 1: "END"})


def test_processes_end_with_their_versions(serve, base):
    before = workers()
    base(1)
    server = serve(config(base))
    server.settled()
    assert len(workers() - before) == 1

    server.apply()
    wait_until(lambda: server.states() == {1: "END"} and workers() == before)

    with pytest.raises(ServingError, match=r"Servable not found for request: Latest\(toy\)"):
        server.models.find("toy")
    assert server.models.names() == []


def test_a_broken_version_is_reported_and_the_last_good_one_goes_on(serve, base):
    base(1, toy=1)
    server = serve(config(base))
    server.settled()
    (base.folder / "2").mkdir()
    (base.folder / "2" / "saved_model.pb").write_bytes(b"broken")
    server.look()

    (failure,) = server.settled()

    status = server.models.status("toy", version=2)[0]
    assert (status.state, status.code) == (State.END, grpc.StatusCode.INTERNAL)
    assert "saved_model.pb" in status.message
    assert failure == f"version 2 of toy: {status.message}"
    assert server.ask() == [1]
    assert server.states() == {2: "END", 1: "AVAILABLE"}


def test_a_version_that_was_half_copied_is_loaded_when_the_rest_is_there(serve, base, toys):
    base(1, toy=1)
    server = serve(config(base))
    server.settled()
    shutil.copytree(toys / "3", base.folder / "2", ignore=shutil.ignore_patterns("variables"))
    server.look()
    assert server.settled()

    server.look()
    assert server.states() == {2: "END", 1: "AVAILABLE"}
    shutil.copytree(toys / "3" / "variables", base.folder / "2" / "variables")
    server.look()

    server.reaches({2: "AVAILABLE", 1: "END"})
    assert server.ask() == [3]


def test_a_version_whose_process_dies_is_started_again(serve, base, runner):
    before = workers()
    base(1)
    server = serve(config(base))
    server.settled()
    (pid,) = workers() - before

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.states() == {1: "LOADING"})
    with pytest.raises(ServingError, match="its process died") as refused:
        server.ask()
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    assert server.models.status("toy")[0].code is grpc.StatusCode.UNAVAILABLE

    server.reaches({1: "AVAILABLE"})
    assert server.ask() == [3]


def test_specific_versions_and_labels(serve, base):
    base(1, toy=1)
    base(3, toy=3)
    both = Specific(frozenset({1, 3}))
    server = serve(config(base, both, stable=1, canary=3))
    server.settled()

    assert server.ask(label="stable") == [1]
    assert server.ask(label="canary") == [3]
    assert server.ask(version=1) == [1]
    assert server.ask() == [3]
    with pytest.raises(ServingError, match="Unrecognized servable version label: best"):
        server.ask(label="best")
    with pytest.raises(ServingError, match=r"Servable not found for request: Specific\(toy, 2\)"):
        server.ask(version=2)
    with pytest.raises(ServingError, match="Could not find version 2 of model toy"):
        server.models.status("toy", version=2)


def test_a_label_is_not_moved_to_a_version_that_does_not_answer(serve, base):
    base(1, toy=1)
    base(3, toy=3)
    server = serve(config(base, Specific(frozenset({1})), stable=1))
    server.settled()

    with pytest.raises(ServingError) as refused:
        server.apply(config(base, Specific(frozenset({1, 3})), stable=3))
    assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert server.states() == {1: "AVAILABLE"}
    assert server.ask(label="stable") == [1]

    # In two steps it is: load first, then move.
    server.apply(config(base, Specific(frozenset({1, 3})), stable=1))
    server.settled()
    server.apply(config(base, Specific(frozenset({3})), stable=3))
    assert server.ask(label="stable") == [3]
    server.reaches({3: "AVAILABLE", 1: "END"})


def test_a_version_that_is_wanted_again_comes_back(serve, base):
    base(1)
    base(2)
    server = serve(config(base, All()))
    server.settled()

    server.apply(config(base, Specific(frozenset({1}))))
    server.apply(config(base, All()))

    server.reaches({2: "AVAILABLE", 1: "AVAILABLE"})


def test_a_reload_returns_when_the_versions_answer(serve, base, runner):
    base(1)
    server = serve()
    wanted = wire.ModelServerConfig()
    model = wanted.model_config_list.config.add(name="toy", base_path=str(base.folder))
    model.model_platform = "tensorflow"

    runner.run(server.models.reload(wanted.SerializeToString()))
    assert server.ask() == [3]

    model.model_version_policy.specific.versions.append(7)
    with pytest.raises(ServingError, match="version 7 of toy is not in") as refused:
        runner.run(server.models.reload(wanted.SerializeToString()))
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE


def test_a_base_path_that_is_gone_takes_no_version_along(serve, base):
    base(1)
    server = serve(config(base))
    server.settled()

    base.folder.rename(base.folder.with_name("gone"))
    server.look()
    server.look()

    assert server.ask() == [3]
    assert server.lines[1:] == [f"toy: cannot read {base.folder}: No such file or directory"]


def test_a_version_that_no_longer_is_wanted_while_it_loads_is_given_up(serve, base):
    before = workers()
    base(1)
    server = serve(config(base))

    server.apply()

    wait_until(lambda: server.states() == {1: "END"} and workers() == before)
    assert "toy version 1: available" not in server.lines
