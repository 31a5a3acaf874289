"""What the linter found in a spec that was just compiled: reason enough not to write it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from linting import Finding
from pipeline.errors import UserError


class UnfitForCluster(UserError):
    """A cluster would refuse the compiled pipeline, or run it otherwise than is meant."""


def refuse(path: Path, findings: Sequence[Finding]) -> NoReturn:
    """Says what was found.

    Args:
        path: The file that is not written.
        findings: At least one.

    Raises:
        UnfitForCluster: always.
    """
    lines = [f"  {finding}" for finding in findings]
    head = f"{path} is not written; a cluster would refuse it, or run it otherwise than meant:"
    raise UnfitForCluster("\n".join((head, *lines)))
