"""Compiled pipelines: TFX is loaded once for all tests, in every process of them."""

import fcntl
import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tfx.proto.orchestration import pipeline_pb2

from compiling import Compiled, compile_pipeline
from pipeline.config import ClusterConfig, load_cluster
from tests.kubeflow.compiling.building import CONFIG, GRAPHS

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def graphs(tmp_path_factory, worker_id) -> Callable[[str], pipeline_pb2.Pipeline]:
    """The graphs by name, as TFX compiles them."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "compiled-graphs"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        # The first test process builds them, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            subprocess.run(
                [sys.executable, "-m", "tests.kubeflow.compiling.building", str(folder)],
                cwd=PROJECT,
                check=True,
            )
            (folder / "done").touch()

    @functools.cache
    def read(name: str) -> pipeline_pb2.Pipeline:
        return pipeline_pb2.Pipeline.FromString((folder / f"{name}.pb").read_bytes())

    return read


@pytest.fixture
def configured(monkeypatch) -> Callable[..., ClusterConfig]:
    """The configuration of a graph, with further overrides of what the graph does not depend on."""
    monkeypatch.chdir(PROJECT)

    def load(name: str = "taxi", *overrides: str) -> ClusterConfig:
        where, built_with = GRAPHS[name]
        return load_cluster(CONFIG, where, (*built_with, *overrides))

    return load


@pytest.fixture
def compiled(graphs, configured) -> Callable[..., Compiled]:
    """A compiled pipeline by the name of its graph, with further overrides of the cluster."""

    def compile_it(name: str = "taxi", *overrides: str) -> Compiled:
        return compile_pipeline(configured(name, *overrides), graphs(name))

    return compile_it
