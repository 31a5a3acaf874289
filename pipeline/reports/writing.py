"""Reports as files, whole or not at all, and in the browser."""

import webbrowser
from pathlib import Path

import click

from pipeline.errors import UserError
from pipeline.terminal.summary import shown


def write(path: Path, page: str) -> None:
    """Writes a page; whoever reads it meanwhile sees the old one.

    Raises:
        UserError: it cannot be written there.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(page, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; give another --out") from error


def hand_over(path: Path, *, in_browser: bool) -> None:
    """Says where the page is and, if asked, opens it; without a browser it only says so."""
    click.echo(f"written to {shown(path)}")
    if in_browser and not _opened(path):
        click.echo("there is no browser here to open it with; copy the file to where there is one")


def _opened(path: Path) -> bool:
    try:
        return webbrowser.open(path.absolute().as_uri())
    except webbrowser.Error:
        return False
