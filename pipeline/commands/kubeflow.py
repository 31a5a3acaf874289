"""`tfxp kubeflow`: each of its commands is a script of its own, which is run by path.

Nothing here imports them: what they need, such as the Kubeflow SDK, is loaded by them alone.
"""

import os
import sys

import click

from pipeline.config.where import PROJECT

_SUMMARIES = {
    "compile": "Write the pipeline as a cluster reads it: a YAML file.",
    "lint": "Say what a cluster would refuse in a compiled pipeline.",
    "submit": "Run a compiled pipeline on the cluster, and follow it.",
    "status": "Show the last runs on the cluster, or one in full.",
    "recurring": "Have the cluster run the pipeline by the schedule.",
}


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which they are used."""
        return list(_SUMMARIES)


@click.group(name="kubeflow", cls=_InOrder)
def command() -> None:
    """Run the pipeline on Kubeflow Pipelines, or on Vertex AI.

    The cluster is described by a *where* file, configs/kubeflow.toml unless told otherwise.
    """


class _Script(click.Command):
    """A script that is given its arguments as they were typed, `--help` among them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Understands none of them."""
        ctx.args = list(args)
        return []

    def invoke(self, ctx: click.Context) -> None:
        """Puts the script in the place of this process."""
        script = PROJECT / "kubeflow" / f"{self.name}.py"
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, str(script), *ctx.args])


for _name, _summary in _SUMMARIES.items():
    command.add_command(_Script(_name, help=_summary))
