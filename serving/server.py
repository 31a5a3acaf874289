"""The server: binds its ports, loads the models, answers until it is told to stop."""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

from serving.binding import CannotServe, Front, bound, is_loopback
from serving.metrics import Metrics
from serving.models import Configs, ModelConfig, ServedModels, keep_up, read_config
from serving.options import RequestLog as RequestLogOptions
from serving.options import ServerOptions
from serving.prediction.desk import Desk
from serving.servable import ServingError
from serving.worker import Host
from tfxp_client.request_log import RequestLog

Report = Callable[[str], None]
"""Takes one line for whoever looks at the terminal."""

__all__ = ["CannotServe", "serve"]


async def serve(options: ServerOptions, report: Report) -> None:
    """Serves until SIGTERM or SIGINT; then requests in flight finish, within `grace_s`.

    Args:
        options: Everything.
        report: Is told addresses, and what becomes of each version.

    Raises:
        CannotServe: A port is taken, the configuration is wrong, or no model can be loaded.
    """
    told_to_stop = _signals()
    async with AsyncExitStack() as closing:
        host = Host(options.log_file)
        closing.push_async_callback(host.close)
        metrics = Metrics()
        models = ServedModels(options, host, metrics, report)
        closing.push_async_callback(models.close)
        log = _request_log(options.request_log)
        if log is not None:
            closing.callback(log.close)
        front = await bound(options, Desk(models, options, metrics, log))
        closing.push_async_callback(front.close)
        _warn(options, report)
        answering = asyncio.create_task(_answer(options, models, front, report))
        stopping = asyncio.create_task(told_to_stop.wait())
        await asyncio.wait([answering, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            report("stopping")
        answering.cancel()
        stopping.cancel()
        await asyncio.wait([answering, stopping])
        if not answering.cancelled():
            answering.result()
        _forget_ports(options)


async def _answer(
    options: ServerOptions, models: ServedModels, front: Front, report: Report
) -> None:
    """Loads, opens the doors, and keeps up with files, until it is cancelled."""
    configs = _configs(options)
    await _load(models, configs, report)
    await front.start()
    for line in front.addresses():
        report(line)
    _write_ports(options, front)
    report("serving")
    await keep_up(models, options, configs, report)


def _signals() -> asyncio.Event:
    """Set when the process is told to stop; a second time it stops at once."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(number: int) -> None:
        told.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell, number)
    return told


def _request_log(options: RequestLogOptions) -> RequestLog | None:
    if options.folder is None:
        return None
    return RequestLog(options.folder, share=options.share, redact=options.redact, keep=options.keep)


def _configs(options: ServerOptions) -> Configs:
    if options.model_config_file is not None:
        try:
            return read_config(options.model_config_file)
        except ServingError as error:
            raise CannotServe(str(error)) from error
    if options.model_base_path is None:
        msg = "nothing to serve: give a model_config_file, or a model_base_path"
        raise CannotServe(msg)
    base_path = options.model_base_path.absolute()
    if not base_path.is_dir():
        msg = f"{base_path}: no such folder; expected one with a folder a version, such as 1/"
        raise CannotServe(msg)
    return {options.model_name: ModelConfig(options.model_name, base_path)}


async def _load(models: ServedModels, configs: Configs, report: Report) -> None:
    """Waits for the first versions.

    Raises:
        CannotServe: There are versions, and none could be loaded.
    """
    await models.apply(configs)
    failures = await models.settled()
    if failures and not models.answer():
        msg = f"no model could be loaded: {'; '.join(failures)}"
        raise CannotServe(msg)
    for name in models.names():
        if not models.versions(name):
            report(f"{name}: no version in {configs[name].base_path} yet")


def _warn(options: ServerOptions, report: Report) -> None:
    if options.tls is None and not is_loopback(options.host):
        report(
            f"warning: {options.host} can be reached from other machines, and without TLS "
            "everybody there may ask, and read along"
        )


def _write_ports(options: ServerOptions, front: Front) -> None:
    """Writes the file at once: whoever waits for it finds it whole."""
    if options.ports_file is None:
        return
    partial = options.ports_file.with_name(f".{options.ports_file.name}.partial")
    partial.write_text(json.dumps(front.ports()), encoding="utf-8")
    partial.rename(options.ports_file)


def _forget_ports(options: ServerOptions) -> None:
    if options.ports_file is not None:
        options.ports_file.unlink(missing_ok=True)
