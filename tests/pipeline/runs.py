"""Runs of a pipeline in a folder of their own, recorded without having run."""

from pathlib import Path

from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.proto.orchestration import pipeline_pb2

from pipeline.config import load
from pipeline.last_run import LastRun
from pipeline.runner.nodes import Node
from pipeline.runner.store import Store

AGAIN = "tfxp run --config own.toml"
_KEYS = {"StatisticsGen": "statistics"}


class Runs:
    """Runs of one pipeline, as the runner records them."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        where = Path("configs/local.toml").read_text(encoding="utf-8")
        (folder / "where.toml").write_text(where.replace('"var/', f'"{folder}/'), encoding="utf-8")
        self.where = str(folder / "where.toml")
        self.config = load("configs/taxi.toml", self.where)
        self.folder = folder
        self.number = 0

    def add(self, *nodes, reused=(), outcome="succeeded", cause=""):
        """A run in which some nodes ran well and others were taken from the cache."""
        store = Store(self.config.where.metadata_path, "taxi")
        self.number += 1
        run_id = f"run-{self.number}"
        store.begin_run(run_id, {})
        for name in nodes:
            uri = self.folder / run_id / name
            uri.mkdir(parents=True)
            execution = store.start(run_id, node(name), {}, {})
            made = {_KEYS.get(name, "result"): (pb.Artifact(uri=str(uri)),)}
            store.complete(run_id, node(name), execution, f"key of {name}", made)
        for name in reused:
            (known,) = store.cached(f"key of {name}")
            store.reuse(run_id, node(name), {}, {}, known)
        store.end_run(run_id, outcome, cause)
        return self.config.where.logs_dir / run_id

    def last(self):
        return LastRun(self.config, AGAIN)


def node(name):
    spec = pipeline_pb2.PipelineNode()
    spec.node_info.type.name = name
    outputs = {_KEYS.get(name, "result"): pb.ArtifactType(name="Result")}
    return Node(name, "", {}, outputs, {}, (), spec, None)
