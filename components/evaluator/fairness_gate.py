"""Whether the gaps between groups keep their bounds."""

from collections.abc import Iterator, Sequence

from components.evaluator.finding import Finding
from components.judgement.fairness import ColumnFairness, RateGap
from components.judgement.gaps import Gap
from components.judgement.options import FairnessOptions

MAX_GAP = "max_gap"
"""The bound's name in findings."""


def judge_gaps(options: FairnessOptions, found: Sequence[ColumnFairness]) -> list[Finding]:
    """Holds the gap of every bounded rate of every column at every threshold to its bound.

    A gap refuses only where its whole interval is above the bound, so that noise rejects nobody.
    A column with fewer than two judged groups has no gap, so that the gate could refuse no model:
    that refuses, too.

    Args:
        options: The bounds.
        found: The gaps.
    """
    return [
        finding
        for column in found
        for each in column.gaps
        if each.rate in options.max_gap
        for finding in _hold(column, each, options.max_gap[each.rate])
    ]


def _hold(column: ColumnFairness, each: RateGap, bound: float) -> Iterator[Finding]:
    if each.gap is None:
        if each.threshold == column.gaps[0].threshold:
            yield _without_gap(column, each, bound)
        return
    passed = each.gap.low <= bound
    by_chance = "; by chance it may keep it" if passed and each.gap.value > bound else ""
    yield Finding(
        metric=f"{each.rate}_gap@{each.threshold:g}",
        bound=MAX_GAP,
        limit=bound,
        slice=f"groups of {column.column}",
        rows=sum(each.rows.values()),
        candidate=each.gap.value,
        low=each.gap.low,
        high=each.gap.high,
        passed=passed,
        note=_pair(each, None if passed else each.gap) + by_chance,
    )


def _pair(each: RateGap, refused: Gap | None) -> str:
    """The largest and the smallest rate; of a refusal the two that are apart for sure."""
    rates = list(each.by_group.items())
    in_order = sorted(rates, key=lambda group: -group[1])
    pair = (in_order[0], in_order[-1])
    if refused is not None:
        pair = (rates[refused.surest[0]], rates[refused.surest[1]])
    return " against ".join(f"{name} {rate:.4f}" for name, rate in pair)


def _without_gap(column: ColumnFairness, each: RateGap, bound: float) -> Finding:
    """The same for every threshold, so it is said once."""
    judged = ", ".join(each.by_group) or "none"
    others = [
        f"{group.value} ({group.why_not[each.rate]})"
        for group in column.groups
        if each.rate in group.why_not
    ]
    reasons = f"; not judged: {', '.join(others[:3])}" if others else ""
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return Finding(
        metric=f"{each.rate}_gap",
        bound=MAX_GAP,
        limit=bound,
        slice=f"groups of {column.column}",
        rows=sum(group.rows for group in column.groups),
        passed=False,
        note=f"needs two groups to compare, judged: {judged}{reasons}{more}",
    )
