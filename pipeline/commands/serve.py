"""`tfxp serve`: the model server on the pushed models."""

import asyncio
from pathlib import Path

import click

import registry
from components.locations import resolve
from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.errors import UserError
from pipeline.terminal.command_line import command_line
from pipeline.terminal.summary import shown
from registry.models_config import CONFIG
from schema import SERVING, columns, read_schema
from serving.options import RequestLog, ServerOptions
from serving.server import CannotServe, serve

_LOG = "serving.log"


@click.command(name="serve")
@configuration_options
@click.option("--host", metavar="ADDRESS", help="Address to bind; default: serving.host.")
@click.option(
    "--grpc-port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Default: serving.grpc_port; 0 takes a free one.",
)
@click.option(
    "--rest-port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Default: serving.rest_port; 0 takes a free one.",
)
@click.option(
    "--model-config-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Models, policies and labels; default: {CONFIG} in roots.serving.",
)
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    host: str | None,
    grpc_port: int | None,
    rest_port: int | None,
    model_config_file: Path | None,
) -> None:
    """Serve the pushed models over gRPC and REST, until Ctrl-C or SIGTERM.

    New versions, and labels that are moved, are taken over as they come.
    """
    loaded = load(config, where, overrides)
    if model_config_file is None:
        model_config_file = _pushed_models(
            loaded, *(command_line(name, config, where, overrides) for name in ("run", "promote"))
        )
    stated = loaded.where.serving
    log = loaded.where.logs_dir / _LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    options = ServerOptions(
        model_config_file=model_config_file.absolute(),
        host=stated.host if host is None else host,
        grpc_port=stated.grpc_port if grpc_port is None else grpc_port,
        rest_port=stated.rest_port if rest_port is None else rest_port,
        request_log=_request_log(loaded),
        log_file=log,
    )
    try:
        asyncio.run(serve(options, click.echo))
    except CannotServe as error:
        raise UserError(str(error)) from error


def _pushed_models(config: Config, run: str, promote: str) -> Path:
    """The file with the models that were pushed.

    Args:
        config: Of the pipeline.
        run: The command that pushes one.
        promote: The command that labels one.

    Raises:
        UserError: the model was never pushed, or no version of it has a label.
    """
    base, model = config.where.serving_dir, config.what.model_name
    place = shown(base / model)
    if not registry.versions(base, model):
        raise UserError(f"no pushed model in {place}; `{run}` makes and pushes one")
    try:
        labels = registry.labels(base, model)
    except registry.RegistryError as error:
        raise UserError(str(error)) from error
    if not labels:
        raise UserError(f"no version in {place} has a label; `{promote}` makes the newest stable")
    return base / CONFIG


def _request_log(config: Config) -> RequestLog:
    """What is written of the requests: the contract's columns, and no identifiers."""
    folder = config.where.request_log_dir
    if folder is None:
        return RequestLog()
    contract = read_schema(resolve(config.what.data.schema_))
    return RequestLog(
        folder=folder,
        share=config.where.serving.request_log_share,
        redact=config.what.data.identifiers,
        keep=tuple(column.name for column in columns(contract, SERVING)),
    )
