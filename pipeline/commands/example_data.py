"""`tfxp example-data`: real rows laid out so that spans, drift and retraining can be tried."""

from pathlib import Path

import click

from pipeline.config.where import PROJECT
from pipeline.example_data import PERIODS, TABLES, lay_out
from pipeline.terminal.summary import shown


@click.command(name="example-data")
@click.argument("table", type=click.Choice(sorted(TABLES)))
@click.option(
    "--spans",
    type=click.Choice(sorted(PERIODS)),
    default="month",
    show_default=True,
    help="How much time a span holds.",
)
@click.option("--to", "folder", type=Path, metavar="DIR", help="Default: var/example-data/TABLE.")
def command(table: str, spans: str, folder: Path | None) -> None:
    """Lay a packaged table out as dated spans."""
    to = folder or PROJECT / "var" / "example-data" / table
    laid = lay_out(table, spans, to)
    click.echo(f"{sum(laid.values()):,} rows in {len(laid)} spans below {shown(to)}")
    click.echo(f"first {min(laid)}, last {max(laid)}; each with a file _SUCCESS")
    pattern = f"{shown(to)}/{{YYYY}}-{{MM}}-{{DD}}/*"
    click.echo("\nnext:")
    for line in (
        f"tfxp run --set 'data.input=\"{pattern}\"' --set data.spans.window=3",
        f"tfxp run --set 'data.input=\"{pattern}\"' --set 'data.spans.use=\"{min(laid)}\"'",
    ):
        click.echo(f"  {line}")
