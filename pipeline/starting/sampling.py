"""Rows drawn from all over a table, however its files are sorted."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_SEED = 20


class Sample:
    """Keeps a number of rows of all that pass, each with the same chance; always the same ones."""

    def __init__(self, size: int) -> None:
        """Makes an empty one of at most so many rows."""
        self._size = size
        self._random = np.random.default_rng(_SEED)
        self._lots: list[npt.NDArray[np.float64]] = []
        self._rows: list[pa.Table] = []
        # Who draws a larger lot is not among the kept.
        self._largest = 1.0

    def add(self, batch: pa.RecordBatch) -> None:
        """Lets rows pass."""
        lots = self._random.random(batch.num_rows)
        kept = np.flatnonzero(lots < self._largest)
        if not len(kept):
            return
        self._lots.append(lots[kept])
        self._rows.append(pa.Table.from_batches([batch]).take(pa.array(kept)))
        if sum(map(len, self._lots)) > 2 * self._size:
            self._prune()

    def rows(self) -> pa.Table:
        """The rows that were kept, in random order; columns that some lack are null there."""
        if not self._rows:
            return pa.table({})
        self._prune()
        return self._rows[0]

    def _prune(self) -> None:
        lots = np.concatenate(self._lots)
        kept = np.argsort(lots)[: self._size]
        rows = pa.concat_tables(self._rows, promote_options="default").take(pa.array(kept))
        self._lots, self._rows = [lots[kept]], [rows.combine_chunks()]
        if len(kept) == self._size:
            self._largest = float(lots[kept[-1]])
