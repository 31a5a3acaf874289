"""`tfxp kubeflow submit`: a run of the pipeline on the cluster."""

import sys
from pathlib import Path

import click
import kfp_server_api
from rich.console import Console

from pipeline.cli import run
from submitting.requesting import Chosen, pipeline_options
from submitting.server import connected
from submitting.showing import line, link
from submitting.uploading import make_ready
from submitting.watching import every_option, watch


@click.command(name="submit", context_settings={"help_option_names": ["-h", "--help"]})
@pipeline_options
@click.option("--run-name", metavar="NAME", help="Unless stated, the pipeline's.")
@click.option(
    "--follow/--no-follow",
    "is_followed",
    default=True,
    show_default=True,
    help="Show the run until it has ended.",
)
@every_option
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    file: Path | None,
    parameters: tuple[str, ...],
    experiment: str | None,
    run_name: str | None,
    is_followed: bool,
    every_s: float,
) -> None:
    """Run the pipeline on the cluster, and follow it.

    A pipeline whose content the cluster has already is not uploaded again. Ctrl-C ends the
    following, not the run.

    Where the cluster is, the where file says, or KFP_HOST, KFP_NAMESPACE and KFP_TOKEN.

    Exit code: 0 done, 1 a step failed, 2 wrong configuration, 3 a gate refused the data or the
    model, 130 no longer followed.
    """
    console = Console(highlight=False)
    chosen = Chosen(config, where, overrides, file)
    cluster = chosen.load().where.kubeflow
    server = connected(cluster, where)
    ready = make_ready(server, chosen, parameters)
    pipeline = ready.pipeline
    told = "uploaded" if ready.uploaded.is_new else "is there already"
    console.print(f"version {pipeline.version} {told}", markup=False, soft_wrap=True)
    body = kfp_server_api.V2beta1Run(
        display_name=run_name or pipeline.name,
        experiment_id=server.experiment(experiment or pipeline.name),
        pipeline_version_reference=ready.reference,
        runtime_config=ready.runtime_config,
        service_account=cluster.service_account,
    )
    run_id = str(server.start(body).run_id)
    console.print(f"run {run_id} started: {link(server.address, run_id)}", soft_wrap=True)
    if is_followed:
        sys.exit(watch(console, server, run_id, pipeline.tasks, chosen, every_s))
    line(console, "next", chosen.typed("status", run_id))


if __name__ == "__main__":
    run(command, "tfxp kubeflow submit")
