"""What came of one bound on one slice."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.evaluator.options import OVERALL

NO_BASELINE = "no baseline"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One bound, held against one slice.

    Attributes:
        metric: Its name.
        bound: `"min"`, `"max"` or `"min_change"`; of what is always asked `"trivial"` or
            `"answers"`.
        limit: The bound's value.
        slice: As text: `"overall"`, or `column=value`.
        rows: Of the slice.
        candidate: The candidate's value, None where there is none.
        low: Lower end of the candidate's 95 % interval, None where it is not known.
        high: Its upper end.
        baseline: The stable model's value, None where there is none.
        trivial: The trivial model's value, None where it is not known.
        change: By how much the candidate is better than the stable model.
        change_low: Lower end of the change's 95 % interval.
        change_high: Its upper end.
        passed: Whether the bound is kept.
        note: Why, where the numbers alone do not say it.
    """

    metric: str
    bound: str
    limit: float
    slice: str
    rows: int
    candidate: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    trivial: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    passed: bool
    note: str = ""

    def __str__(self) -> str:
        """One line for the terminal."""
        against = "" if self.baseline is None else f", stable model {self.baseline:.4f}"
        if self.change is not None and self.bound == "min_change":
            against += f", better by {self.change:.4f}{_range(self.change_low, self.change_high)}"
        note = f" ({self.note})" if self.note else ""
        return (
            f"{self.metric} {self.value}{against}, {self.words}, {self.slice}, "
            f"{self.rows} rows: {'passed' if self.passed else 'refused'}{note}"
        )

    @property
    def value(self) -> str:
        """The candidate's value with its interval."""
        if self.candidate is None:
            return "undefined"
        return f"{self.candidate:.4f}{_range(self.low, self.high)}"

    @property
    def words(self) -> str:
        """The bound."""
        if self.bound == "trivial":
            return f"must beat the trivial model's {self.limit:.4f}"
        return f"{self.bound} {self.limit:g}"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{low:.4f}, {high:.4f}]"


def brief(findings: Sequence[Finding], *, has_baseline: bool) -> str:
    """The findings on all rows in a few words, and how many there are on slices.

    Such as `auc 0.9489 (min 0.9; no baseline); loss 0.2401 (trivial model 0.5402); 31 bounds on
    slices`. Without a stable model it says so, whether a gate asked for one or not.
    """
    overall: dict[str, list[str]] = {}
    for finding in findings:
        if finding.slice == OVERALL:
            value = "undefined" if finding.candidate is None else f"{finding.candidate:.4f}"
            bounds = overall.setdefault(f"{finding.metric} {value}", [])
            bounds.append(_bound(finding))
    words = [f"{measured} ({'; '.join(bounds)})" for measured, bounds in overall.items()]
    on_slices = sum(finding.slice != OVERALL for finding in findings)
    if on_slices:
        words.append(f"{on_slices} bounds on slices")
    if not has_baseline and not any(finding.note == NO_BASELINE for finding in findings):
        words.append(f"{NO_BASELINE} to compare with")
    return "; ".join(words)


def _bound(finding: Finding) -> str:
    if finding.bound == "trivial" and finding.trivial is not None:
        return f"trivial model {finding.trivial:.4f}"
    if finding.note:
        return finding.note
    if finding.bound == "min_change" and finding.baseline is not None:
        return f"stable model {finding.baseline:.4f}, min_change {finding.limit:g}"
    return f"{finding.bound} {finding.limit:g}"
