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
    words = ["tfxp", command]
    if config != DEFAULT_CONFIG:
        words += ["--config", config]
    if where != DEFAULT_WHERE:
        words += ["--where", where]
    for override in overrides:
        words += ["--set", override]
    return shlex.join([*words, *more])
