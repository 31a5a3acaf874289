"""Which pushed version of the model a command is about."""

import registry
from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.terminal.summary import shown


def pushed_version(config: Config, version: int | None, again: str) -> int:
    """Returns the version that was asked for, or the one that is stable.

    Args:
        config: Of the pipeline.
        version: As `--version` has it; None for the stable one.
        again: The command that runs the pipeline, for those who have to.

    Raises:
        UserError: there is no such version, or none is stable.
    """
    base, model = config.where.serving_dir, config.what.model_name
    there = registry.versions(base, model)
    place = shown(base / model)
    if not there:
        raise UserError(f"no pushed model in {place}; `{again}` makes and pushes one")
    listed = ", ".join(map(str, there))
    if version is not None:
        if version not in there:
            raise UserError(f"--version {version}: not in {place}; there are: {listed}")
        return version
    try:
        stable = registry.stable_version(base, model)
    except registry.RegistryError as error:
        raise UserError(str(error)) from error
    if not stable:
        raise UserError(f"no version in {place} is stable; choose one with --version: {listed}")
    return stable
