"""What all parts of a batch have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schema import Kind


@dataclass(frozen=True, kw_only=True)
class Job:
    """A batch, as plain values that travel to any worker.

    Attributes:
        folder: Where the predictions go.
        parts: How many output files there will be.
        model: Folder of the SavedModel.
        version: Its version, which stands beside each prediction.
        kinds: The columns that are given to the model, with their types.
        required: Those without which a row is rejected.
        key: The column whose values are the rows' keys; empty for file and row number.
        called: Path of a file to its name in such keys.
        missing: Texts that in columns of numbers mean that nothing is there.
        identifiers: Columns whose values are shown nowhere.
        started: When the work began, in seconds since 1970.
        parts_before: How many parts were finished then.
    """

    folder: Path
    parts: int
    model: str
    version: int
    kinds: Mapping[str, Kind]
    required: frozenset[str]
    key: str = ""
    called: Mapping[str, str]
    missing: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    started: float
    parts_before: int = 0
