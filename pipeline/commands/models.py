"""`tfxp models`: the pushed versions, and the end of old ones."""

import json
from typing import Any

import click
from rich.console import Console

from pipeline.commands.options import configuration_options
from pipeline.terminal.summary import shown
from pipeline.terminal.version_table import plain, print_versions
from pipeline.versions import (
    as_user_errors,
    pushed_versions,
    shelf_of,
    tell,
    told_by_server,
)
from registry.removing import remove_old

_MEBIBYTE = 2**20


@click.group(name="models", invoke_without_command=True)
@configuration_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    context: click.Context, config: str, where: str, overrides: tuple[str, ...], as_json: bool
) -> None:
    """List the pushed versions: labels, metrics, data, and what the server says of them."""
    if context.invoked_subcommand is not None:
        return
    shelf = shelf_of(config, where, overrides)
    base, model = shelf.base, shelf.model
    with as_user_errors():
        versions, told = pushed_versions(base, model), told_by_server(shelf)
    if as_json:
        content: dict[str, Any] = {"model": model, "base": str(base)} | plain(versions, told)
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    print_versions(Console(highlight=False), base / model, versions, told)


@command.command()
@configuration_options
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="How many of the newest are kept in any case.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def gc(config: str, where: str, overrides: tuple[str, ...], keep: int, dry_run: bool) -> None:
    """Remove old versions.

    One stays, however old, that has a label, that stable was compared with or would be rolled back
    to, or that the server has loaded.
    """
    shelf = shelf_of(config, where, overrides)
    base, model = shelf.base, shelf.model
    with as_user_errors():
        tidied = remove_old(base, model, keep, shelf.server, tell, is_trial=dry_run)
    for version, why in sorted(tidied.kept.items()):
        click.echo(f"kept     version {version}: {why}")
    word = "would go" if dry_run else "removed "
    for version, size in sorted(tidied.removed.items()):
        click.echo(f"{word} version {version}: {_megabytes(size)}")
    total = sum(tidied.removed.values())
    verb = "would be removed from" if dry_run else "removed from"
    click.echo(f"{len(tidied.removed)} versions {verb} {shown(base / model)}: {_megabytes(total)}")


def _megabytes(size: int) -> str:
    return f"{size:,} bytes" if size < _MEBIBYTE else f"{size / _MEBIBYTE:,.1f} MiB"
