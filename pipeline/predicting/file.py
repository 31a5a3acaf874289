"""A CSV file answered: as many rows out as in, in the same order."""

import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import click

from components.rows.batches import Reject
from pipeline.predicting.asking import Asked
from pipeline.predicting.row_by_row import Refused, answers
from pipeline.predicting.rows import Piece
from pipeline.predicting.showing import Output
from pipeline.predicting.tally import Tally
from pipeline.predicting.writing import written
from tfxp_client import Prediction

_TOLD = 5
_SECONDS_BETWEEN = 1.0


def answer_file(
    pieces: Iterator[Piece],
    asked: Asked,
    outputs: Sequence[Output],
    out: str,
    clock: Callable[[], float] = time.monotonic,
) -> Tally:
    """Asks about every row and writes the answers.

    The columns are `row`, from 1; the model's outputs; `version`, that answered; and `error`, which
    is empty where there is an answer.

    Args:
        pieces: The rows.
        asked: Whom to ask.
        outputs: Columns of the answers.
        out: The file, or `-`.
        clock: In seconds.

    Raises:
        UserError: the rows cannot be read, nobody answers, or the file cannot be written.
    """
    tally = Tally()
    with written(out) as file, _Progress(clock) as progress:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["row", *(output.title for output in outputs), "version", "error"])
        for piece in pieces:
            found = answers(asked, piece.rows)
            _tell(piece, found, tally)
            entries = iter(found)
            for reject in piece.places:
                number = tally.rows + 1
                entry = next(entries) if reject is None else Refused(reject.column, _reason(reject))
                if isinstance(entry, Refused):
                    tally.refused += 1
                    rows.writerow([number, *([""] * len(outputs)), "", str(entry)])
                else:
                    tally.answered += 1
                    tally.versions.add(entry.version)
                    cells = [output.cell(entry) for output in outputs]
                    rows.writerow([number, *cells, entry.version, ""])
            progress.show(tally)
    return tally


def _tell(piece: Piece, found: Sequence[Prediction | Refused], tally: Tally) -> None:
    """Notes the first few rows without an answer, with their lines."""
    if len(tally.told) == _TOLD:
        return
    refused = {at: one for at, one in enumerate(found) if isinstance(one, Refused)}
    lines = piece.lines(refused) if refused else {}
    told = [(lines[at], str(one)) for at, one in refused.items()]
    told += [
        (reject.line or 0, str(Refused(reject.column, _reason(reject))))
        for reject in piece.places
        if reject is not None
    ]
    tally.told += [f"line {line}: {text}" for line, text in sorted(told)]
    del tally.told[_TOLD:]


def _reason(reject: Reject) -> str:
    return f"{reject.reason}: {reject.text}" if reject.column else reject.reason


class _Progress:
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

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_there:
            click.echo(f"\r{'':<70}\r", nl=False, err=True)
