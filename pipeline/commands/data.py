"""`tfxp data`: what the data of the last run are like."""

import datetime
from pathlib import Path

import click

from pipeline.commands.options import configuration_options
from pipeline.config import load
from pipeline.last_run import LastRun
from pipeline.reports.data_of_run import data_page
from pipeline.reports.data_page import render
from pipeline.reports.writing import hand_over, write
from pipeline.terminal.command_line import command_line


@click.group(name="data")
def command() -> None:
    """Report on the data of the last run."""


@command.command()
@configuration_options
@click.option(
    "--out", type=Path, metavar="FILE", help="Default: reports/NAME-data.html, beside the logs."
)
def report(config: str, where: str, overrides: tuple[str, ...], out: Path | None) -> None:
    """Write one HTML page about the data of the last run; it opens offline."""
    loaded = load(config, where, overrides)
    now = datetime.datetime.now()
    path = out or loaded.where.reports_dir / f"{loaded.what.name}-data.html"
    last = LastRun(loaded, command_line("run", config, where, overrides))
    page = render(data_page(loaded.what, last, now))
    write(path, page)
    hand_over(path, in_browser=False)
