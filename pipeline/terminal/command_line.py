"""The commands that a person is told to type: whole, and quoted so that they can be pasted."""

import shlex
from collections.abc import Sequence

DEFAULT_CONFIG = "configs/taxi.toml"
DEFAULT_WHERE = "configs/local.toml"
DEFAULT_CLUSTER = "configs/kubeflow.toml"


def command_line(
    command: str, config: str, where: str, overrides: Sequence[str], *more: str
) -> str:
    """Returns a `tfxp` command on a configuration, as it is typed.

    Args:
        command: Its name, such as `run`.
        config: The *what* file; not mentioned where it is the default.
        where: The *where* file; the same holds.
        overrides: The texts of `--set`.
        more: Further words.
    """
    return shlex.join(["tfxp", command, *configuration(config, where, overrides), *more])


def configuration(
    config: str, where: str, overrides: Sequence[str] = (), *, default_where: str = DEFAULT_WHERE
) -> list[str]:
    """Returns the options of a command that choose a configuration, as far as they must be typed.

    Args:
        config: As of `command_line`.
        where: The same.
        overrides: The same.
        default_where: The *where* file that the command takes by itself.
    """
    words = []
    if config != DEFAULT_CONFIG:
        words += ["--config", config]
    if where != default_where:
        words += ["--where", where]
    for override in overrides:
        words += ["--set", override]
    return words
