"""What the judgement is told beside slices and gates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FairnessOptions:
    """Which groups must get alike.

    Attributes:
        columns: Sensitive raw columns; none asks nothing.
        thresholds: Probabilities above which a row is called positive.
        min_rows: Smaller groups are not judged.
        max_gap: By rate (`fpr`, `fnr`, `positive_rate`) the largest gap that passes.
        positive: Of several classes the positive one, as text.
    """

    columns: tuple[str, ...] = ()
    thresholds: tuple[float, ...] = ()
    min_rows: int = 1
    max_gap: Mapping[str, float]
    positive: str | None = None

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "FairnessOptions":
        """From plain values under the names above; a bound that is None is none."""
        bounds = plain.get("max_gap", {})
        return cls(
            columns=tuple(plain.get("columns", ())),
            thresholds=tuple(plain.get("thresholds", ())),
            min_rows=plain.get("min_rows", 1),
            max_gap={rate: bound for rate, bound in bounds.items() if bound is not None},
            positive=plain.get("positive"),
        )
