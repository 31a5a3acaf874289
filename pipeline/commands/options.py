"""The options that every command with a configuration takes."""

from collections.abc import Callable
from typing import Any

import click

from pipeline.terminal.command_line import DEFAULT_CONFIG, DEFAULT_WHERE

Command = Callable[..., Any]


def configuration_options(command: Command) -> Command:
    """Adds `--config`, `--where` and `--set`."""
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
            default=DEFAULT_WHERE,
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
