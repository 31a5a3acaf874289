"""`tfxp kubeflow submit`: a run of the pipeline on the cluster."""

import os
import sys
from pathlib import Path

import click
import kfp_server_api
from rich.console import Console

from pipeline.cli import run
from submitting.address import address
from submitting.parameters import parameter_values
from submitting.pipeline_file import read_pipeline
from submitting.requesting import Chosen, pipeline_options
from submitting.server import Server
from submitting.showing import line, link
from submitting.uploading import Uploaded, upload
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
    server = Server(address(cluster.host, cluster.namespace, where, os.environ))
    server.check()
    with chosen.compiled() as path:
        pipeline = read_pipeline(path)
        values = parameter_values(pipeline, parameters)
        uploaded = upload(server, pipeline, path)
    told = "uploaded" if uploaded.is_new else "is there already"
    console.print(f"version {pipeline.version} {told}", markup=False, soft_wrap=True)
    # The root that stands in the spec is read by nobody on the cluster.
    config = kfp_server_api.V2beta1RuntimeConfig(parameters=values, pipeline_root=pipeline.root)
    body = _run(uploaded, run_name or pipeline.name, config, cluster.service_account)
    body.experiment_id = server.experiment(experiment or pipeline.name)
    run_id = str(server.start(body).run_id)
    console.print(f"run {run_id} started: {link(server.address, run_id)}", soft_wrap=True)
    if is_followed:
        sys.exit(watch(console, server, run_id, pipeline.tasks, chosen, every_s))
    line(console, "next", chosen.typed("status", run_id))


def _run(
    uploaded: Uploaded,
    name: str,
    config: kfp_server_api.V2beta1RuntimeConfig,
    service_account: str | None,
) -> kfp_server_api.V2beta1Run:
    return kfp_server_api.V2beta1Run(
        display_name=name,
        pipeline_version_reference=kfp_server_api.V2beta1PipelineVersionReference(
            pipeline_id=uploaded.pipeline_id, pipeline_version_id=uploaded.version_id
        ),
        runtime_config=config,
        service_account=service_account,
    )


if __name__ == "__main__":
    run(command, "tfxp kubeflow submit")
