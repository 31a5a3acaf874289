"""Asking a client about rows of which single ones may be refused."""

from dataclasses import dataclass

import pyarrow as pa

from pipeline.errors import UserError
from pipeline.predicting.asking import Asked, unanswered
from tfxp_client import ClientError, InvalidRows, Prediction, RowProblem


@dataclass(frozen=True)
class Refused:
    """Why a row has no answer.

    Attributes:
        column: Its first one that is wrong; empty for the row as a whole.
        reason: What was found and expected.
    """

    column: str
    reason: str

    def __str__(self) -> str:
        return f"column {self.column!r}: {self.reason}" if self.column else self.reason


def answers(asked: Asked, rows: pa.RecordBatch) -> list[Prediction | Refused]:
    """One entry a row: its answer, or why there is none.

    Raises:
        UserError: all rows are refused alike, or nobody answers.
    """
    found: list[Prediction | Refused | None] = [None] * rows.num_rows
    left = list(range(rows.num_rows))
    while left:
        try:
            predictions = asked.client.predict(
                rows.take(pa.array(left)),
                version=asked.version,
                label=asked.label,
                timeout_s=asked.timeout_s,
            )
        except InvalidRows as error:
            for at, refused in _by_row(error).items():
                found[left[at]] = refused
            left = [row for row in left if found[row] is None]
        except ClientError as error:
            raise unanswered(error) from error
        else:
            for row, prediction in zip(left, predictions, strict=True):
                found[row] = prediction
            break
    return [entry for entry in found if entry is not None]


def _by_row(error: InvalidRows) -> dict[int, Refused]:
    """The first problem of each row; what is wrong with all of them is raised."""
    of_all = [problem for problem in error.problems if problem.row is None]
    if of_all:
        raise UserError("; ".join(map(str, of_all))) from error
    if not error.problems:
        raise unanswered(error) from error
    found: dict[int, Refused] = {}
    for problem in error.problems:
        found.setdefault(_row(problem), Refused(problem.column or "", problem.text))
    return found


def _row(problem: RowProblem) -> int:
    assert problem.row is not None
    return problem.row
