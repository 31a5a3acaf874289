"""`tfxp config`: the configuration that is in force."""

import click

from pipeline.commands.options import configuration_options
from pipeline.config import show as show_configuration


@click.group(name="config")
def command() -> None:
    """Show the effective configuration."""


@command.command()
@configuration_options
def show(config: str, where: str, overrides: tuple[str, ...]) -> None:
    """Print every setting that is in force, as TOML.

    Settings that no file states are marked `# default`, overridden ones `# --set`.
    """
    click.echo(show_configuration(config, where, overrides), nl=False)
