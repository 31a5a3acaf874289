"""`tfxp report`: one page about the model of a run."""

import datetime
from pathlib import Path

import click

from pipeline.commands.options import configuration_options
from pipeline.config import load
from pipeline.past_run import PastRun
from pipeline.reports.writing import hand_over, write
from pipeline.terminal.command_line import command_line


@click.command(name="report")
@click.argument("run", required=False)
@configuration_options
@click.option("--open", "in_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--out", type=Path, metavar="FILE", help="Default: reports/NAME-RUN.html, beside the logs."
)
def command(
    run: str | None,
    config: str,
    where: str,
    overrides: tuple[str, ...],
    in_browser: bool,
    out: Path | None,
) -> None:
    """Write one HTML page about the model of RUN, by default the last one; it opens offline.

    It is also about runs that were refused or failed: it says what is not there, and why.
    """
    loaded = load(config, where, overrides)
    past = PastRun(loaded, command_line("run", config, where, overrides), run)
    # Plotly and Arrow are loaded for reports only.
    from pipeline.reports.model.page import report
    from pipeline.reports.model.reading import read_run

    facts = read_run(past, loaded.what)
    path = out or loaded.where.reports_dir / f"{loaded.what.name}-{facts.run_id}.html"
    write(path, report(facts, datetime.datetime.now()))
    hand_over(path, in_browser=in_browser)
