"""Which version a label stood for before: every move of a label, in the order of time.

The file lies beside the versions, `<base>/<model>/.label_moves.jsonl`; TF Serving looks only at
folders whose name is an integer. A line is written before its label is moved. So a line may tell of
a move that did not happen, because its process was killed in between.
"""

import dataclasses
import json
import os
from dataclasses import dataclass

from registry.bucket import BucketPath
from registry.errors import RegistryError
from registry.labels import labels
from registry.places import Base

_FILE = ".label_moves.jsonl"

PUSH = "push"
PROMOTE = "promote"
ROLLBACK = "rollback"


@dataclass(frozen=True)
class Move:
    """A label that goes from one version to another.

    Attributes:
        label: Its name.
        before: The version that it stood for; 0 for none.
        to: The version that it stands for then.
        cause: `push`, `promote` or `rollback`.
        at: When, ISO 8601 with the offset from UTC.
    """

    label: str
    before: int
    to: int
    cause: str
    at: str


def note(base: Base, model: str, move: Move) -> None:
    """Adds a move, durably; by whoever holds the model's lock.

    Raises:
        RegistryError: the file cannot be written.
    """
    path = base / model / _FILE
    # A line of its own, also after one that a full disk cut short.
    line = f"\n{json.dumps(dataclasses.asdict(move))}\n"
    if isinstance(path, BucketPath):
        path.write((_text(path) + line).encode())
        return
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        msg = f"{path}: {error.strerror or error}; make room, or let this user write there"
        raise RegistryError(msg) from error


def moves(base: Base, model: str, label: str) -> list[Move]:
    """Returns the moves that took the label to where it stands, the last one first.

    Each begins where the one before it ended: lines that do not fit tell of no move.
    """
    lines = _text(base / model / _FILE).splitlines()
    now = labels(base, model).get(label, 0)
    happened = []
    for move in filter(None, map(_parsed, reversed(lines))):
        if (move.label, move.to) == (label, now):
            happened.append(move)
            now = move.before
    return happened


def was_rolled_back(base: Base, model: str, label: str, version: int) -> Move | None:
    """Returns the rollback that took the label from the version, unless it has come back since."""
    for move in moves(base, model, label):
        if move.to == version:
            return None
        if move.before == version and move.cause == ROLLBACK:
            return move
    return None


def _text(path: Base) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _parsed(line: str) -> Move | None:
    try:
        return Move(**json.loads(line))
    except (ValueError, TypeError):
        return None
