"""`tfxp compare`: two runs side by side."""

import datetime
from pathlib import Path

import click

from pipeline.commands.options import configuration_options
from pipeline.config import load
from pipeline.past_run import PastRun
from pipeline.reports.writing import hand_over, write
from pipeline.terminal.command_line import command_line


@click.command(name="compare")
@click.argument("run_a")
@click.argument("run_b")
@configuration_options
@click.option("--open", "in_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--out", type=Path, metavar="FILE", help="Default: reports/NAME-A-and-B.html, beside the logs."
)
def command(
    run_a: str,
    run_b: str,
    config: str,
    where: str,
    overrides: tuple[str, ...],
    in_browser: bool,
    out: Path | None,
) -> None:
    """Write one HTML page that sets RUN_A and RUN_B side by side; it opens offline.

    It shows what changed in data, schema, configuration and code, and what came of it. `tfxp
    status` lists the runs.
    """
    loaded = load(config, where, overrides)
    again = command_line("run", config, where, overrides)
    both = [PastRun(loaded, again, run_id) for run_id in (run_a, run_b)]
    # Plotly and Arrow are loaded for reports only.
    from pipeline.reports.model.comparison import comparison
    from pipeline.reports.model.reading import read_run

    first, second = (read_run(past, loaded.what) for past in both)
    path = out or loaded.where.reports_dir / f"{loaded.what.name}-{run_a}-and-{run_b}.html"
    write(path, comparison(first, second, datetime.datetime.now()))
    hand_over(path, in_browser=in_browser)
