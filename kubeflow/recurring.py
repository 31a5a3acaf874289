"""`tfxp kubeflow recurring`: the cluster runs the pipeline by the clock."""

import sys
from pathlib import Path

import click
from rich.console import Console

from pipeline.cli import run
from pipeline.config import ConfigError
from pipeline.config.cluster_sections import Kubeflow, Schedule
from pipeline.config.cron import cron_fault
from submitting import scheduling
from submitting.pipeline_file import read_pipeline
from submitting.requesting import Chosen, pipeline_options
from submitting.server import Server, connected
from submitting.showing import line, utc
from submitting.uploading import make_ready


@click.command(name="recurring", context_settings={"help_option_names": ["-h", "--help"]})
@pipeline_options
@click.option("--apply", "is_applied", is_flag=True, help="Create it, or change what differs.")
@click.option(
    "--cron",
    metavar="FIELDS",
    help='As --apply, by this schedule in place of kubeflow.schedule: "0 0 3 * * *".',
)
@click.option("--pause", "is_paused", is_flag=True, help="Start no runs until --resume.")
@click.option("--resume", "is_resumed", is_flag=True, help="Start runs again.")
@click.option("--delete", "is_deleted", is_flag=True, help="Delete it; its runs stay.")
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    file: Path | None,
    parameters: tuple[str, ...],
    experiment: str | None,
    is_applied: bool,
    cron: str | None,
    is_paused: bool,
    is_resumed: bool,
    is_deleted: bool,
) -> None:
    """Show the pipeline's recurring run, or have the cluster start the pipeline by the clock.

    A pipeline has one, under its own name. It runs the version that is compiled now: after a
    change, --apply again. Times are in UTC. Where the cluster is, the where file says, or KFP_HOST,
    KFP_NAMESPACE and KFP_TOKEN.
    """
    if sum((is_applied or cron is not None, is_paused, is_resumed, is_deleted)) > 1:
        raise click.UsageError("--apply (or --cron), --pause, --resume and --delete exclude others")
    console = Console(highlight=False)
    chosen = Chosen(config, where, overrides, file)
    loaded = chosen.load()
    cluster = loaded.where.kubeflow
    schedule = _schedule(cluster, cron, where) if is_applied or cron is not None else None
    server = connected(cluster, where)
    name = read_pipeline(file).name if file else loaded.what.name
    if schedule is not None:
        _apply(console, server, chosen, schedule, parameters, experiment, cluster.service_account)
    elif is_deleted:
        count = scheduling.delete(server, name)
        console.print(f"recurring run {name}: {'deleted' if count else 'there was none'}")
    elif is_paused or is_resumed:
        if not scheduling.switch(server, name, is_enabled=is_resumed):
            console.print(f"recurring run {name}: there is none; make it with --apply")
            sys.exit(1)
        console.print(f"recurring run {name}: {'goes on' if is_resumed else 'paused'}")
    else:
        _show(console, server, name, cluster)


def _schedule(cluster: Kubeflow, cron: str | None, where: str) -> Schedule:
    """The where file's schedule, with the fields of the command line in it.

    Raises:
        ConfigError: there is none, or it is no schedule.
    """
    if cron is None:
        if cluster.schedule is None:
            raise ConfigError(f"{where}: kubeflow.schedule: missing; expected it there, or --cron")
        return cluster.schedule
    fault = cron_fault(cron)
    if fault:
        raise ConfigError(f"--cron: {cron!r}; expected {fault}")
    return Schedule(
        cron=cron, **(cluster.schedule.model_dump(exclude={"cron"}) if cluster.schedule else {})
    )


def _apply(
    console: Console,
    server: Server,
    chosen: Chosen,
    schedule: Schedule,
    parameters: tuple[str, ...],
    experiment: str | None,
    service_account: str | None,
) -> None:
    ready = make_ready(server, chosen, parameters)
    pipeline = ready.pipeline
    wanted = scheduling.Wanted(
        ready=ready,
        experiment_id=server.experiment(experiment or pipeline.name),
        cron=schedule.cron,
        start=schedule.start,
        end=schedule.end,
        catchup=schedule.catchup,
        max_concurrency=schedule.max_concurrency,
        service_account=service_account,
    )
    what = scheduling.apply(server, wanted)
    console.print(f"recurring run {pipeline.name}: {what}; {schedule.cron} (UTC)", markup=False)
    line(console, "runs", f"version {pipeline.version}")
    if not all(scheduling.is_on(one) for one in server.recurring(pipeline.name)):
        line(console, "note", "it is paused: `tfxp kubeflow recurring --resume`")


def _show(console: Console, server: Server, name: str, cluster: Kubeflow) -> None:
    found = server.recurring(name)
    if not found:
        console.print(f"recurring run {name}: there is none; make it with --apply", markup=False)
        return
    for one in found:
        trigger = one.trigger and one.trigger.cron_schedule
        cron = trigger.cron if trigger else "no cron"
        state = "on" if scheduling.is_on(one) else "paused"
        console.print(f"recurring run {name}: {state}; {cron} (UTC)", markup=False)
        line(console, "made", f"{utc(one.created_at)} UTC, {one.recurring_run_id}")
        catchup = "are not made up for" if one.no_catchup else "are made up for"
        line(console, "runs", f"{one.max_concurrency} at once; those that were missed {catchup}")
        if trigger and cluster.schedule and trigger.cron != cluster.schedule.cron:
            line(console, "note", f"the where file says {cluster.schedule.cron}: --apply takes it")


if __name__ == "__main__":
    run(command, "tfxp kubeflow recurring")
