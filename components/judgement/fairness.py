"""Whether a model treats the groups of a sensitive column alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from components.judgement.gaps import Gap, gap_between
from components.judgement.grouping import Codes

Rate = Literal["fpr", "fnr", "positive_rate"]

RATES: tuple[Rate, ...] = ("fpr", "fnr", "positive_rate")
"""Share called positive of the negatives, called negative of the positives, positive of all."""

MOST_GROUPS = 50
"""So many groups of a column are judged at most, the largest; there is a gap for each two."""

_FEWEST_OF_A_KIND = 10
"""Of fewer negatives there is no false-positive rate worth a judgement."""


@dataclass(frozen=True)
class Group:
    """The rows with one value of a sensitive column.

    Attributes:
        value: The value, or the range of values, as text.
        rows: How many.
        why_not: By rate that is not judged, why.
    """

    value: str
    rows: int
    why_not: Mapping[Rate, str]

    @property
    def is_judged(self) -> bool:
        """Whether for any rate."""
        return len(self.why_not) < len(RATES)


@dataclass(frozen=True)
class RateGap:
    """One rate at one threshold.

    Attributes:
        rate: Which.
        threshold: A probability above it is called positive.
        by_group: The rate of each judged group.
        rows: Of each judged group.
        gap: None with fewer than two judged groups.
    """

    rate: Rate
    threshold: float
    by_group: Mapping[str, float]
    rows: Mapping[str, int]
    gap: Gap | None


@dataclass(frozen=True)
class ColumnFairness:
    """What was found for one sensitive column.

    Attributes:
        column: The raw column.
        groups: All of them.
        gaps: One for every rate at every threshold.
    """

    column: str
    groups: tuple[Group, ...]
    gaps: tuple[RateGap, ...]


def column_fairness(
    column: str,
    names: Sequence[str],
    codes: Codes,
    label: npt.NDArray[np.bool_],
    probability: npt.NDArray[np.float64],
    *,
    thresholds: Sequence[float],
    min_rows: int,
    seed: int,
    joined: str = "",
) -> ColumnFairness:
    """Compares the groups of a column.

    Args:
        column: Its name.
        names: Of the groups.
        codes: [rows], each row's place in `names`.
        label: [rows], whether positive.
        probability: [rows], of being positive.
        thresholds: Above which a row is called positive.
        min_rows: Smaller groups are not judged.
        seed: Of the bootstrap.
        joined: The name that stands for several values, which are no group.
    """
    random = np.random.default_rng(seed)
    rows = np.bincount(codes, minlength=len(names))
    positives = np.bincount(codes[label], minlength=len(names))
    totals: dict[Rate, npt.NDArray[np.int64]] = {
        "fpr": rows - positives,
        "fnr": positives,
        "positive_rate": rows,
    }
    not_judged = {
        place: f"only the {MOST_GROUPS} largest groups are judged"
        for place in np.argsort(-rows, kind="stable")[MOST_GROUPS:].tolist()
    } | {place: "several values together" for place, name in enumerate(names) if name == joined}
    groups = tuple(
        Group(name, int(rows[place]), dict(_why_not(place, rows, totals, not_judged, min_rows)))
        for place, name in enumerate(names)
        if rows[place]
    )
    places = {name: place for place, name in enumerate(names)}
    gaps = []
    for threshold in thresholds:
        called = probability > threshold
        hits = {
            "fpr": np.bincount(codes[called & ~label], minlength=len(names)),
            "fnr": np.bincount(codes[~called & label], minlength=len(names)),
            "positive_rate": np.bincount(codes[called], minlength=len(names)),
        }
        for rate in RATES:
            judged = [group.value for group in groups if rate not in group.why_not]
            at = np.array([places[name] for name in judged], np.intp)
            counts = hits[rate][at], totals[rate][at]
            gaps.append(
                RateGap(
                    rate=rate,
                    threshold=threshold,
                    by_group=dict(zip(judged, (counts[0] / counts[1]).tolist(), strict=True)),
                    rows={name: int(rows[places[name]]) for name in judged},
                    gap=gap_between(*counts, random) if len(judged) > 1 else None,
                )
            )
    return ColumnFairness(column, groups, tuple(gaps))


def _why_not(
    place: int,
    rows: npt.NDArray[np.int64],
    totals: Mapping[Rate, npt.NDArray[np.int64]],
    not_judged: Mapping[int, str],
    min_rows: int,
) -> Iterator[tuple[Rate, str]]:
    for rate, kind in zip(RATES, ("negatives", "positives", "rows"), strict=True):
        count = int(totals[rate][place])
        if rows[place] < min_rows:
            yield rate, f"fewer than {min_rows} rows"
        elif place in not_judged:
            yield rate, not_judged[place]
        elif count < _FEWEST_OF_A_KIND:
            yield rate, f"{count or 'no'} {kind}, at least {_FEWEST_OF_A_KIND} are needed"


def plain(found: Sequence[ColumnFairness]) -> dict[str, Any]:
    """As it stands in `fairness.json`; what is not known is None."""
    return {"columns": [_plain_column(column) for column in found]}


def _plain_column(found: ColumnFairness) -> dict[str, Any]:
    thresholds: dict[float, dict[str, Any]] = {}
    for each in found.gaps:
        thresholds.setdefault(each.threshold, {})[each.rate] = {
            "by_group": dict(each.by_group),
            "gap": each.gap.value if each.gap else None,
            "low": each.gap.low if each.gap else None,
            "high": each.gap.high if each.gap else None,
        }
    return {
        "column": found.column,
        "groups": [_plain_group(group) for group in found.groups],
        "thresholds": [
            {"threshold": threshold, "metrics": rates} for threshold, rates in thresholds.items()
        ],
    }


def _plain_group(group: Group) -> dict[str, Any]:
    known: dict[str, Any] = {
        "value": group.value,
        "rows": group.rows,
        "judged": group.is_judged,
    }
    if not group.why_not:
        return known
    reasons: dict[str, list[str]] = {}
    for rate, reason in group.why_not.items():
        reasons.setdefault(reason, []).append(rate)
    if not group.is_judged and len(reasons) == 1:
        return known | {"why_not": next(iter(reasons))}
    return known | {
        "why_not": "; ".join(f"{' and '.join(rates)}: {why}" for why, rates in reasons.items())
    }
