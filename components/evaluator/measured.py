"""What was measured of a candidate, the stable and the trivial model."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from components.evaluator.options import SliceKey


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One metric on one slice. NaN is what is undefined, or not known.

    Attributes:
        candidate: The new model's.
        low: With 95 % confidence the candidate's is not below this.
        high: And not above this.
        baseline: The stable model's; NaN without one.
        trivial: That of the model that has learnt nothing but how often each class occurs, or the
            mean.
        change: By how much the candidate is better than the stable model, whichever direction is.
        change_low: With 95 % confidence the change is not below this.
        change_high: And not above this.
    """

    candidate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    baseline: float = math.nan
    trivial: float = math.nan
    change: float = math.nan
    change_low: float = math.nan
    change_high: float = math.nan


@dataclass(frozen=True)
class Measured:
    """One slice.

    Attributes:
        rows: How many it has.
        metrics: By name.
    """

    rows: int
    metrics: Mapping[str, Estimate]


Measurements = Mapping[SliceKey, Measured]
