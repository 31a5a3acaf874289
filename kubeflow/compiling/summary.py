"""The few lines after a compile: what was written, what is in it, what to type next."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from compiling.compiled import SCHEMA_VERSION, Compiled
from compiling.tasks import is_cached
from pipeline.config import ClusterConfig
from pipeline.terminal.command_line import DEFAULT_CLUSTER, configuration

_NAMES = {"kubeflow": "Kubeflow Pipelines", "vertex": "Vertex AI"}


@dataclass(frozen=True)
class Request:
    """What a person asked for.

    Attributes:
        config: The *what* file.
        where: The *where* file.
        overrides: The texts of `--set`.
    """

    config: str
    where: str
    overrides: Sequence[str] = ()


def print_summary(
    console: Console,
    path: Path,
    size: int,
    loaded: ClusterConfig,
    compiled: Compiled,
    asked: Request,
) -> None:
    """Prints what was written.

    Args:
        console: Where to.
        path: The file.
        size: Of the file, in bytes.
        loaded: What it was compiled from.
        compiled: What is in it.
        asked: How that was chosen, for the next command.
    """
    kubeflow = loaded.where.kubeflow
    told = (
        f"{loaded.what.name} for {_NAMES[kubeflow.target]}, spec {SCHEMA_VERSION}, "
        f"{size / 1024:.0f} KiB"
    )
    console.print(Text.assemble((str(path), "bold green"), f"  {told}"), soft_wrap=True)
    for label, line in (
        ("nodes", _nodes(loaded, compiled)),
        ("inputs", ", ".join(f"{p.name} = {p.default}" for p in compiled.parameters)),
        ("image", kubeflow.image),
        ("root", loaded.where.roots.artifacts),
        ("lint", "nothing that a cluster would refuse"),
        ("next", _next(path, loaded, asked)),
    ):
        console.print(Text.assemble((f"{label:>8}", "dim"), f"  {line}"), soft_wrap=True)


def _nodes(loaded: ClusterConfig, compiled: Compiled) -> str:
    kubeflow, nodes = loaded.where.kubeflow, compiled.nodes
    always = [node for node in nodes if not is_cached(node, kubeflow.settings(node))]
    return f"{len(nodes)}; {len(always)} run each time, the others when something changed for them"


def _next(path: Path, loaded: ClusterConfig, asked: Request) -> str:
    if loaded.where.kubeflow.target == "vertex":
        given = f'display_name="{loaded.what.name}", template_path="{path}"'
        code = f"from google.cloud import aiplatform; aiplatform.PipelineJob({given}).submit()"
        return shlex.join(["python", "-c", code])
    options = configuration(
        asked.config, asked.where, asked.overrides, default_where=DEFAULT_CLUSTER
    )
    return shlex.join(["tfxp", "kubeflow", "submit", *options, "--file", str(path)])
