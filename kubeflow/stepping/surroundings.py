"""What a step's process finds round it, where the cluster's is poorer than a workplace."""

import logging
import os
import pwd
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def prepare(scratch: Path) -> None:
    """Sets the environment that libraries read when they are imported, and the log.

    Args:
        scratch: Stands in for a home that is not there or cannot be written.
    """
    # Workers that Beam starts import the same sources, from whichever folder.
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        os.environ["HOME"] = str(scratch)
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        # A user that only the cluster knows has no name, which libraries ask for.
        os.environ.setdefault("LOGNAME", "tfxp")
    _log()


def _log() -> None:
    """Progress to standard output, what is wrong to standard error, each line at once."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    told = logging.StreamHandler(sys.stdout)
    told.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    from components.progress import LOGGER

    progress = logging.getLogger(LOGGER)
    progress.setLevel(logging.INFO)
    progress.addHandler(told)
    progress.propagate = False
