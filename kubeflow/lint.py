"""`tfxp kubeflow lint`: what a cluster would refuse in a compiled pipeline, told without one."""

import sys
from pathlib import Path

import click
from rich.console import Console

from linting import lint
from linting.files import UnreadableFile, read_documents
from linting.report import print_findings
from pipeline.cli import run


@click.command(name="lint", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def command(files: tuple[Path, ...]) -> None:
    """Say what a cluster would refuse in a compiled pipeline.

    FILE is what `tfxp kubeflow compile` wrote, or any pipeline compiled for Kubeflow Pipelines 2:
    YAML, or JSON. No cluster is asked.

    Ends with 0 when nothing was found, 1 when something was, 2 when a file could not be read.
    """
    console = Console(highlight=False)
    status = 0
    for path in files:
        try:
            findings = lint(*read_documents(path))
        except UnreadableFile as error:
            click.echo(f"error: {error}", err=True)
            status = 2
            continue
        print_findings(console, path, findings)
        status = max(status, 1 if findings else 0)
    sys.exit(status)


if __name__ == "__main__":
    run(command, "tfxp kubeflow lint")
