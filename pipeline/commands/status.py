"""`tfxp status`: the last runs and the pushed versions."""

import click
from rich.console import Console
from rich.table import Table

from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.runner.store import RunRecord, Store
from pipeline.terminal.command_line import command_line
from pipeline.terminal.summary import shown
from pipeline.terminal.version_table import print_table
from pipeline.versions import as_user_errors, pushed_versions

_SHOWN_RUNS = 10


@click.command(name="status")
@configuration_options
def command(config: str, where: str, overrides: tuple[str, ...]) -> None:
    """Show the last runs and the pushed versions."""
    loaded = load(config, where, overrides)
    console = Console(highlight=False)
    path = loaded.where.metadata_path
    runs = Store(path, loaded.what.name).runs() if path.exists() else []
    if runs:
        _print_runs(console, runs)
    else:
        start = command_line("run", config, where, overrides)
        click.echo(f"no runs yet; start one with `{start}`")
    _print_versions(console, loaded)


def _print_runs(console: Console, runs: list[RunRecord]) -> None:
    table = _table("runs, newest first")
    for heading in ("run", "outcome", "took", "cause"):
        table.add_column(heading)
    for run in runs[:_SHOWN_RUNS]:
        took = f"{run.finished_at - run.started_at} s" if run.finished_at else ""
        table.add_row(run.run_id, run.outcome, took, run.detail)
    console.print(table)


def _print_versions(console: Console, config: Config) -> None:
    base, model = config.where.serving_dir, config.what.model_name
    with as_user_errors():
        versions = pushed_versions(base, model)
    if not versions:
        console.print(f"no pushed versions in {shown(base / model)}", markup=False)
        return
    console.print()
    print_table(console, base / model, versions, None)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
