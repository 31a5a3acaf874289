"""The `tfxp` command: its subcommands, each loaded only when it is called."""

import importlib
import os
import sys

import click

from pipeline.errors import UserError

_SUMMARIES = {
    "run": "Run the pipeline: from rows to a pushed model.",
    "init": "Make a configuration and a schema for a table of yours.",
    "status": "Show the last runs and the pushed versions.",
    "report": "Report on the model of a run: verdict, card, curves, slices, explanation.",
    "compare": "Set two runs side by side: what changed, and what came of it.",
    "serve": "Serve the pushed models over gRPC and REST, until it is told to stop.",
    "predict": "Answer rows, by a model server or by the pushed model.",
    "batch": "Write what the pushed model says of all rows of files.",
    "explain": "Say what each column of a row adds to the pushed model's answer.",
    "models": "List the pushed versions: labels, metrics, data, and what the server says.",
    "promote": "Make a version stable, once the server serves it.",
    "rollback": "Make the version stable that was so before.",
    "data": "Report on the data of the last run.",
    "schema": "Infer, compare, check and edit the schema.",
    "kubeflow": "Compile the pipeline for a cluster, submit it, follow it.",
    "config": "Show the effective configuration.",
    "example-data": "Lay out real rows as dated spans, to try windows and drift on.",
    "doctor": "Check this machine and this installation.",
}


class _LazyGroup(click.Group):
    """A group that imports `pipeline.commands.<name>` on first use, so that help stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a new user meets them."""
        return list(_SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command's module and returns its `command`."""
        if cmd_name not in _SUMMARIES:
            return None
        command = importlib.import_module(f"pipeline.commands.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands from the summary table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A first run: `tfxp run`. What each key means: `tfxp config show`.",
)
@click.version_option(package_name="tfxp")
def cli() -> None:
    """Train, judge and push models for tabular data, from rows in files to TF Serving."""


def main() -> None:
    """Runs the command line; a user's mistake ends as one message and its exit code."""
    run(cli, "tfxp")


def run(command: click.Command, name: str) -> None:
    """Runs a command, and ends the process with its exit code.

    Args:
        command: What to run on the process's arguments.
        name: What it is called in its own help.
    """
    try:
        command(prog_name=name)
    except UserError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output (`head`, `less`) has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
