"""`tfxp promote`: a version becomes stable."""

import click

from pipeline.commands.options import configuration_options, unasked_option
from pipeline.terminal.moved import print_moved
from pipeline.versions import as_user_errors, rollout_of, shelf_of


@click.command(name="promote")
@click.argument("version", required=False, type=click.IntRange(min=1))
@unasked_option
@configuration_options
def command(
    version: int | None, is_unasked: bool, config: str, where: str, overrides: tuple[str, ...]
) -> None:
    """Make VERSION stable: the canary if none is given, and without one the newest.

    The server of `serving.address` must first load it and answer rows with it; without an address
    no server is asked. Done again, or after an interruption, it changes nothing or finishes.

    Exit code: 0 done, 1 it cannot be done, 3 the version is damaged or not served.
    """
    shelf = shelf_of(config, where, overrides)
    with as_user_errors():
        moved = rollout_of(shelf, is_unasked=is_unasked).promote(version)
        print_moved(moved, shelf, where)
