"""The options that every command with a configuration takes."""

from collections.abc import Callable
from typing import Any

import click

from pipeline.terminal.command_line import DEFAULT_CLUSTER, DEFAULT_CONFIG, DEFAULT_WHERE

Command = Callable[..., Any]


def configuration_options(command: Command) -> Command:
    """Adds `--config`, `--where` and `--set`."""
    return _options(command, DEFAULT_WHERE)


def cluster_options(command: Command) -> Command:
    """The same, for a command whose place is a cluster."""
    return _options(command, DEFAULT_CLUSTER)


def _options(command: Command, where: str) -> Command:
    for option in (
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="KEY=VALUE",
            help="Override one key, such as training.steps=200; may be repeated.",
        ),
        click.option(
            "--where",
            default=where,
            show_default=True,
            metavar="FILE",
            help="Where it runs.",
        ),
        click.option(
            "--config",
            default=DEFAULT_CONFIG,
            show_default=True,
            metavar="FILE",
            help="What is trained, and what is good enough.",
        ),
    ):
        command = option(command)
    return command


unasked_option = click.option(
    "--unasked",
    "is_unasked",
    is_flag=True,
    help="Ask no server: it is down, or starts only when a version has a label.",
)
