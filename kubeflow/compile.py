"""`tfxp kubeflow compile`: the pipeline of a configuration, in the file that a cluster reads."""

import click
from rich.console import Console

from pipeline.cli import run
from pipeline.commands.options import cluster_options
from pipeline.config import load_cluster
from pipeline.terminal.loading import loading


@click.command(name="compile", context_settings={"help_option_names": ["-h", "--help"]})
@cluster_options
@click.option(
    "--out",
    metavar="FILE",
    help="Where to; unless stated, pipeline.yaml, or pipeline.json for Vertex AI.",
)
def command(config: str, where: str, overrides: tuple[str, ...], out: str | None) -> None:
    """Write the pipeline as a cluster reads it.

    For Kubeflow Pipelines that is YAML: the pipeline spec, and what of it is Kubernetes' own. With
    kubeflow.target = "vertex" it is a job of Vertex AI. Nothing is written that a cluster would
    refuse.
    """
    loaded = load_cluster(config, where, overrides)
    # Behind that, so that help and a wrong configuration are told at once.
    from compiling import compile_pipeline, graph_of
    from compiling.findings import refuse
    from compiling.outfile import OutFile
    from compiling.summary import Request, print_summary
    from linting import lint

    file = OutFile.named(out, loaded.where.kubeflow.target)
    with loading("TFX"):
        graph = graph_of(loaded)
    compiled = compile_pipeline(loaded, graph)
    findings = lint(compiled.pipeline_spec, compiled.platform_spec)
    if findings:
        refuse(file.path, findings)
    size = file.write(compiled.text(file.form))
    asked = Request(config, where, overrides)
    print_summary(Console(highlight=False), file.path, size, loaded, compiled, asked)


if __name__ == "__main__":
    run(command, "tfxp kubeflow compile")
