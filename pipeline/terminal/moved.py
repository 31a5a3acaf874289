"""The lines after a label has been moved."""

import click

import registry
from pipeline.versions import Shelf
from registry.rollout import Moved


def print_moved(moved: Moved, shelf: Shelf, where: str) -> None:
    """Prints where the label stands, who was asked, and what the other labels stand for."""
    if moved.before == moved.version:
        where_to = f"version {moved.version} already"
    elif moved.before:
        where_to = f"version {moved.before} → {moved.version}"
    else:
        where_to = f"version {moved.version}, the first"
    click.echo(f"{moved.label}: {where_to}; {moved.checked}")
    if shelf.server is None:
        click.echo(f"note: set serving.address in {where} to have a server load and try it first")
    named = registry.labels(shelf.base, shelf.model)
    for label, version in sorted(named.items()):
        if label != moved.label:
            click.echo(f"{label}: version {version}")
    trial = named.get(registry.CANARY)
    if moved.label == registry.STABLE and trial not in (None, moved.version):
        click.echo("note: `tfxp rollback --canary` ends the canary's trial")
