"""`tfxp rollback`: back to the version that was stable before, or the end of a canary's trial."""

import click

from pipeline.commands.options import configuration_options, unasked_option
from pipeline.terminal.moved import print_moved
from pipeline.versions import as_user_errors, rollout_of, shelf_of


@click.command(name="rollback")
@click.argument("version", required=False, type=click.IntRange(min=1))
@click.option("--canary", is_flag=True, help="End the canary's trial: its label goes to stable.")
@unasked_option
@configuration_options
def command(
    version: int | None,
    canary: bool,
    is_unasked: bool,
    config: str,
    where: str,
    overrides: tuple[str, ...],
) -> None:
    """Make VERSION stable again: if none is given, the one that was stable before.

    The server of `serving.address` must first load it and answer rows with it; without an address
    no server is asked. Done again without a VERSION it stays where it is: one step back, not two.

    Exit code: 0 done, 1 it cannot be done, 3 the version is damaged or not served.
    """
    if canary and version is not None:
        raise click.UsageError("--canary goes to the stable version; leave VERSION out")
    shelf = shelf_of(config, where, overrides)
    with as_user_errors():
        rollout = rollout_of(shelf, is_unasked=is_unasked)
        moved = rollout.end_canary() if canary else rollout.rollback(version)
        print_moved(moved, shelf, where)
