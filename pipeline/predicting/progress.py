"""How far a long file is, for whoever looks on."""

import sys
from collections.abc import Callable

import click

from pipeline.predicting.tally import Tally

_SECONDS_BETWEEN = 1.0


class Progress:
    """One line on standard error that is written over, where that is a terminal."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = self._shown = clock()
        self._is_there = False

    def show(self, tally: Tally) -> None:
        """How far it is, at most once a second."""
        now = self._clock()
        if now - self._shown < _SECONDS_BETWEEN or not sys.stderr.isatty():
            return
        self._shown, self._is_there = now, True
        rate = tally.rows / (now - self._begun)
        text = f"{tally.rows:,} rows, {rate:,.0f} rows/s, {tally.refused:,} without an answer"
        click.echo(f"\r{text:<70}", nl=False, err=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_there:
            click.echo(f"\r{'':<70}\r", nl=False, err=True)
