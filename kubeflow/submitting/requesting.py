"""What `submit` and `recurring` ask for alike: the place, the compiled pipeline, its inputs."""

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.commands.options import cluster_options
from pipeline.config import ClusterConfig, ConfigError, load_cluster
from pipeline.terminal.command_line import DEFAULT_CLUSTER, configuration

_COMPILE = Path(__file__).resolve().parents[1] / "compile.py"


@dataclass(frozen=True)
class Chosen:
    """What the options choose.

    Attributes:
        config: The *what* file.
        where: The *where* file.
        overrides: The texts of `--set`.
        file: A pipeline that is compiled already; None to compile it.
    """

    config: str
    where: str
    overrides: tuple[str, ...] = ()
    file: Path | None = None

    def typed(self, command: str, *words: str) -> str:
        """Returns a `tfxp kubeflow` command on the same place, as it is typed."""
        options = configuration(self.config, self.where, default_where=DEFAULT_CLUSTER)
        return shlex.join(["tfxp", "kubeflow", command, *words, *options])

    def load(self) -> ClusterConfig:
        """Reads the configuration.

        Raises:
            ConfigError: it is wrong, or of Vertex AI.
        """
        loaded = load_cluster(self.config, self.where, self.overrides)
        if loaded.where.kubeflow.target != "kubeflow":
            raise ConfigError(
                f"{self.where}: kubeflow.target: {loaded.where.kubeflow.target!r}; expected "
                '"kubeflow", since Vertex AI has an API of its own: docs/kubeflow.md says how a '
                "compiled job is started there"
            )
        return loaded

    @contextmanager
    def compiled(self) -> Iterator[Path]:
        """Yields the file of the pipeline, which `tfxp kubeflow compile` writes if need be."""
        if self.file is not None:
            yield self.file
            return
        with tempfile.TemporaryDirectory(prefix="tfxp-submit-") as folder:
            path = Path(folder) / "pipeline.yaml"
            words = [str(_COMPILE), "--config", self.config, "--where", self.where]
            for override in self.overrides:
                words += ["--set", override]
            words += ["--out", str(path)]
            # In a process of its own: what it loads is not kept while the run is followed.
            done = subprocess.run(
                [sys.executable, *words], check=False, stdout=subprocess.PIPE, text=True
            )
            if done.returncode != 0:
                click.echo(done.stdout, nl=False)
                sys.exit(done.returncode)
            yield path


def pipeline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds those of `cluster_options`, `--file`, `--param` and `--experiment`."""
    for option in (
        click.option("--experiment", metavar="NAME", help="Unless stated, the pipeline's name."),
        click.option(
            "--param",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="An input of the pipeline, such as training_steps=200; may be repeated.",
        ),
        click.option(
            "--file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="A compiled pipeline; unless stated, it is compiled first.",
        ),
    ):
        command = option(command)
    return cluster_options(command)
