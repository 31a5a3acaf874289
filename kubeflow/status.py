"""`tfxp kubeflow status`: the last runs on the cluster, or one of them."""

import sys
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console

from pipeline.cli import run
from pipeline.commands.options import cluster_options
from submitting.following import with_causes
from submitting.pipeline_file import Task, pipeline_of
from submitting.requesting import Chosen
from submitting.run_states import tasks_of
from submitting.server import Server, connected
from submitting.showing import print_run, print_runs
from submitting.watching import every_option, watch


@click.command(name="status", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run_id", metavar="[RUN]", required=False)
@cluster_options
@click.option("--experiment", metavar="NAME", help="Only runs of this one.")
@click.option(
    "--last",
    "count",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    metavar="N",
    help="So many runs.",
)
@click.option("--follow", "is_followed", is_flag=True, help="Show RUN until it has ended.")
@every_option
def command(
    run_id: str | None,
    config: str,
    where: str,
    overrides: tuple[str, ...],
    experiment: str | None,
    count: int,
    is_followed: bool,
    every_s: float,
) -> None:
    """Show the last runs on the cluster, or one RUN by its id: each step, and why one failed.

    Where the cluster is, the where file says, or KFP_HOST, KFP_NAMESPACE and KFP_TOKEN.

    Exit code: with RUN, that of the run (1 failed, 3 a gate refused); 0 while it is under way, 130
    no longer followed.
    """
    console = Console(highlight=False)
    if is_followed and not run_id:
        raise click.UsageError("--follow needs a RUN")
    chosen = Chosen(config, where, overrides)
    cluster = chosen.load().where.kubeflow
    server = connected(cluster, where)
    if run_id and is_followed:
        tasks = _tasks(server, server.run(run_id))
        sys.exit(watch(console, server, run_id, tasks, chosen, every_s))
    if run_id:
        sys.exit(_one(console, server, run_id, chosen))
    runs = server.runs(experiment, count)
    if not runs:
        start = chosen.typed("submit")
        console.print(f"no runs yet; start one with `{start}`", markup=False, soft_wrap=True)
        return
    of_experiment = f" of {experiment}" if experiment else ""
    print_runs(console, runs, f"runs{of_experiment} at {server.address.host}, newest first")


def _one(console: Console, server: Server, run_id: str, chosen: Chosen) -> int:
    told = server.run(run_id)
    found = with_causes(server, told, _tasks(server, told), {})
    title = f"{told.display_name} ({run_id})"
    console.print(title, style="italic", markup=False, soft_wrap=True)
    print_run(console, server.address, run_id, found, chosen.typed)
    return found.exit_code if found.is_final else 0


def _tasks(server: Server, told: Any) -> Mapping[str, Task]:
    """The steps of the run's pipeline, if it is of this kind and has not been deleted since."""
    reference = told.pipeline_version_reference
    documents = (
        server.spec(reference.pipeline_id, reference.pipeline_version_id) if reference else []
    )
    try:
        return tasks_of(told, pipeline_of(documents) if documents else None)
    except (AttributeError, KeyError, TypeError):
        return tasks_of(told, None)


if __name__ == "__main__":
    run(command, "tfxp kubeflow status")
