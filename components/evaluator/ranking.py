"""How well scores put one class above the other, with rows that count more than once or not."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows in rising order of their score; equal scores share a rank.

    Attributes:
        order: [rows] the rows in that order.
        is_positive: [rows] in that order.
        ends: [ranks] for each rank the last place that has it; None if no two scores are equal.
    """

    order: npt.NDArray[np.intp]
    is_positive: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.intp] | None

    @classmethod
    def of(cls, is_positive: npt.NDArray[np.bool_], scores: Floats) -> "Ranking":
        """Ranks rows.

        Args:
            is_positive: [rows].
            scores: [rows].
        """
        order = np.argsort(scores, kind="stable")
        in_order = scores[order]
        is_last = np.append(in_order[1:] != in_order[:-1], [True] * (len(order) > 0))
        ends = None if is_last.all() else np.flatnonzero(is_last)
        return cls(order, is_positive[order], ends)

    def areas(self, weights: Floats) -> tuple[Floats, Floats]:
        """The areas under the ROC curve and under the precision-recall curve.

        The first is Mann and Whitney's statistic: the share of pairs of a positive and a negative
        row in which the positive one has the higher score, equal scores counting half. The second
        is the average precision: the mean over the positives of the precision down to their rank.

        Args:
            weights: [replicates, rows] how often each row counts.

        Returns:
            Each [replicates]; NaN without rows of both classes, or of the positive one.
        """
        ordered = weights[:, self.order]
        positive = self._up_to(np.where(self.is_positive, ordered, ordered.dtype.type(0)))
        negative = self._up_to(np.where(self.is_positive, ordered.dtype.type(0), ordered))
        positives, negatives = positive[:, -1:], negative[:, -1:]
        gained = np.diff(positive, axis=1)
        below = (negative[:, 1:] + negative[:, :-1]) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            roc = (gained * below).sum(axis=1) / (positives * negatives)[:, 0]
            true = positives - positive[:, :-1]
            precision = true / (true + negatives - negative[:, :-1])
            recall = np.where(gained > 0, gained * precision, 0).sum(axis=1) / positives[:, 0]
        return roc, recall

    def _up_to(self, ordered: Floats) -> Floats:
        """[replicates, 1 + ranks] the weight of all rows up to each rank, from none."""
        sums = np.zeros((len(ordered), ordered.shape[1] + 1), ordered.dtype)
        np.cumsum(ordered, axis=1, out=sums[:, 1:])
        if self.ends is None:
            return sums
        ranks: Floats = sums[:, np.concatenate([[0], self.ends + 1])]
        return ranks
