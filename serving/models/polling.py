"""Keeps up with the files: new versions, and another configuration."""

import asyncio
from collections.abc import Callable, Coroutine

from serving.models.config import Configs, read_config
from serving.models.served import ServedModels
from serving.options import ServerOptions
from serving.servable import ServingError

Report = Callable[[str], None]


async def keep_up(
    models: ServedModels, options: ServerOptions, applied: Configs, report: Report
) -> None:
    """Looks again and again, until it is cancelled.

    Args:
        models: Are told what is found.
        options: Where, and how often.
        applied: What the model_config_file said when it was read first.
        report: Is told of a file that cannot be followed.
    """
    watching: list[Coroutine[None, None, object]] = [asyncio.Event().wait()]
    if options.file_poll_s > 0:
        watching.append(_watch_versions(models, options.file_poll_s))
    if options.model_config_file is not None and options.config_poll_s > 0:
        watching.append(_watch_config(models, options, applied, report))
    await asyncio.gather(*watching)


async def _watch_versions(models: ServedModels, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await models.look()


async def _watch_config(
    models: ServedModels, options: ServerOptions, applied: Configs, report: Report
) -> None:
    """Follows the file's changes; what HandleReloadConfigRequest has set stays until the next."""
    assert options.model_config_file is not None
    refused = ""
    while True:
        await asyncio.sleep(options.config_poll_s)
        try:
            found = await asyncio.to_thread(read_config, options.model_config_file)
            if found != applied:
                await models.apply(found)
                applied = found
            refused = ""
        except ServingError as error:
            # Refused now is not refused for ever: a version may become available.
            if str(error) != refused:
                report(f"configuration not taken: {error}")
            refused = str(error)
