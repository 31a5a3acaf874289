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


def _hand_over(name: str) -> click.Command:
    script = PROJECT / "kubeflow" / f"{name}.py"

    @click.pass_context
    def run(context: click.Context) -> None:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, str(script), *context.args])

    return click.Command(
        name,
        callback=run,
        help=_SUMMARIES[name],
        # Also `--help` is the script's own.
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


for _name in _SUMMARIES:
    command.add_command(_hand_over(_name))
