"""Rows that cannot be read as such: too few cells, or bytes that are not UTF-8."""

from collections.abc import Iterator

from components.rows.reading import Reject


class Unread:
    """Counts them; what stands in them is not kept, for it may be personal data."""

    def __init__(self) -> None:
        """Begins with none."""
        self.rows = 0
        self._first = ""

    def add(self, reject: Reject) -> None:
        """Counts a row."""
        self.rows += 1
        if not self._first:
            column = f"column {reject.column!r}: " if reject.column else ""
            self._first = f"{reject.path}: line {reject.line}: {column}{reject.reason}"

    def lines(self, read: int) -> Iterator[str]:
        """Yields what the user should know of them: how many, and where the first is.

        Args:
            read: How many rows could be read.
        """
        if self.rows:
            total = read + self.rows
            yield (
                f"unread      {self.rows:,} of {total:,} rows cannot be read; first {self._first}"
            )
            yield (
                "            a run puts such rows into quarantine, and stops above "
                "data.max_quarantined: mend them, or write the file anew in UTF-8"
            )
