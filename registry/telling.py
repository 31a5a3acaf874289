"""Telling whoever waits what is going on."""

from collections.abc import Callable

Say = Callable[[str], None]
"""Takes a line that tells what is going on."""


def silent(line: str) -> None:
    """Says nothing."""
