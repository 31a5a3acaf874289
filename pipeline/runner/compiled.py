"""The compiled graph, kept between runs: compiling needs TensorFlow, reading does not."""

import hashlib
import json
from importlib import metadata
from pathlib import Path

from tfx.proto.orchestration import pipeline_pb2

from pipeline.errors import UserError
from pipeline.runner.code_version import sources
from pipeline.runner.executors import Ended, ExecutorHost

_KEPT = 20


class GraphError(UserError):
    """The graph could not be built from the configuration."""


def compiled_path(root: Path, config_fingerprint: str) -> Path:
    """Where the graph for this configuration and this code is, or will be."""
    identity = {
        "config": config_fingerprint,
        "code": sources(("pipeline.graph.create_pipeline",)),
        "tfx": metadata.version("tfx"),
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return root / ".system" / "compiled" / f"{digest[:32]}.pb"


def read(path: Path) -> pipeline_pb2.Pipeline:
    """Reads a compiled graph."""
    return pipeline_pb2.Pipeline.FromString(path.read_bytes())


def compile_into(
    path: Path, host: ExecutorHost, config: str, where: str, overrides: tuple[str, ...]
) -> None:
    """Has the host compile the graph.

    Raises:
        GraphError: TFX refuses the graph.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    host.compile(config, where, overrides, path)
    ended: list[Ended] = []
    while not ended:
        ended = host.ended(wait_s=1.0)
    if ended[0].error:
        msg = f"the graph cannot be built: {ended[0].error}; log: {host.log_of('compile')}"
        raise GraphError(msg)
    for old in sorted(path.parent.glob("*.pb"), key=lambda p: p.stat().st_mtime)[:-_KEPT]:
        old.unlink()
