"""A front without models that cost, a toy model, and one loader for all tests that run models."""

import asyncio
import shutil
import subprocess
import sys

import grpc
import pytest

from serving.worker import Host
from tests.serving.in_memory import Running


@pytest.fixture(scope="session")
def running():
    """A server in this process, for tests that leave it as it was."""
    server = Running(max_message_bytes=1_000_000)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def channel(running):
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as opened:
        yield opened


@pytest.fixture(scope="session")
def toys(tmp_path_factory):
    """A folder with SavedModels: 1 with a warm-up, 2 with one that must fail, 3 without.

    Model n multiplies by n. Beside them is `texts`.
    """
    folder = tmp_path_factory.mktemp("toys")
    subprocess.run(
        [sys.executable, "-m", "tests.serving.toy_model", folder, "1", "2", "3"],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def runner():
    """The event loop of all tests that share the loader."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def host(runner, tmp_path_factory):
    """Starts workers."""
    host = Host(tmp_path_factory.mktemp("log") / "tensorflow.log")
    yield host
    runner.run(host.close())


@pytest.fixture
def base(tmp_path, toys):
    """A base path; `base(2, toy=1)` puts the toy model 1 there as version 2."""
    folder = tmp_path / "base"
    folder.mkdir()

    def put(version, toy=3):
        shutil.copytree(toys / str(toy), folder / f".{version}")
        (folder / f".{version}").rename(folder / str(version))

    put.folder = folder
    return put
