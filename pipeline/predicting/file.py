"""A CSV file answered: as many rows out as in, in the same order."""

import csv
import time
from collections.abc import Callable, Iterator, Sequence

from components.rows.batches import Reject
from pipeline.predicting.asking import Asked
from pipeline.predicting.progress import Progress
from pipeline.predicting.row_by_row import Refused, answers
from pipeline.predicting.rows import Piece
from pipeline.predicting.showing import Output
from pipeline.predicting.tally import Tally
from pipeline.predicting.writing import written
from tfxp_client import Prediction

_TOLD = 5


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
    with written(out) as file, Progress(clock) as progress:
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
