"""`tfxp init`: from a table to a configuration that runs."""

import click

from pipeline.starting.project import start
from pipeline.starting.wishes import Wishes
from pipeline.terminal.summary import shown


@click.command(name="init")
@click.argument("name")
@click.option("--data", required=True, metavar="PATH", help="Files, a glob, or a span pattern.")
@click.option("--label", required=True, metavar="COLUMN", help="What is to be predicted.")
@click.option(
    "--task",
    type=click.Choice(["auto", "binary", "multiclass", "regression"]),
    default="auto",
    show_default=True,
    help="What kind of label it is.",
)
@click.option("--id", "ids", multiple=True, metavar="COLUMN", help="Identifies rows; no feature.")
@click.option("--time", metavar="COLUMN", help="Train on the past, judge on the newest rows.")
@click.option("--entity", metavar="COLUMN", help="All rows of one value go to one split.")
@click.option("--private", multiple=True, metavar="COLUMN", help="Personal data; seen by no step.")
@click.option("--force", is_flag=True, help="Replace the files of an earlier init.")
def command(
    name: str,
    data: str,
    label: str,
    task: str,
    ids: tuple[str, ...],
    time: str | None,
    entity: str | None,
    private: tuple[str, ...],
    force: bool,
) -> None:
    """Look at a table and write configs/NAME.toml and schema/NAME/schema.pbtxt for it.

    Prints what was decided and why; both files are yours to edit. Then `tfxp run --config
    configs/NAME.toml` trains, judges and pushes a model.
    """
    wishes = Wishes(label, task, ids, time, entity, private)
    started = start(name, data, wishes, force=force)
    for line in started.lines:
        click.echo(line)
    click.echo(f"\nwritten     {shown(started.config)}, {shown(started.schema)}")
    click.echo(f"next        tfxp run --config {shown(started.config)}")
