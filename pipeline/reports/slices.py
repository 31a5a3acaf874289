"""What there is to say of slices: the rows that have certain values in certain columns."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tensorflow_metadata.proto.v0 import statistics_pb2

from pipeline.reports.data_facts import column_name

Datasets = Mapping[str, statistics_pb2.DatasetFeatureStatistics]
"""Name of a slice to its statistics; all rows among them."""

ALL_ROWS = "All Examples"
_SHOWN_GAPS = 2
# A smaller gap is nothing to look at.
_LEAST_GAP = 0.05
# In fewer rows a gap is chance.
_LEAST_ROWS = 20


@dataclass(frozen=True)
class Gap:
    """A column that is missing more often in a slice than elsewhere; shares are of rows."""

    column: str
    share: float
    share_of_all: float


@dataclass(frozen=True)
class SliceFacts:
    """One slice.

    Attributes:
        values: Column to the value that the rows have there.
        rows: Split to how many there are.
        label: What the label is like in the first split that has the slice: the mean of a number,
            the share of the value that is learnt, or None where the statistics do not tell.
        gaps: Columns that miss more values than in all rows, most first.
    """

    values: Mapping[str, str]
    rows: Mapping[str, int]
    label: float | None
    gaps: Sequence[Gap]


def slice_facts(
    splits: Mapping[str, Datasets],
    slicings: Sequence[Sequence[str]],
    label: str,
    positive: str | None,
) -> dict[tuple[str, ...], list[SliceFacts]]:
    """Returns the slices by the columns that they are made of, the largest first.

    Args:
        splits: Split to its slices.
        slicings: Lists of columns, as the configuration has them.
        label: The label's column.
        positive: The value of it that is learnt, if it is one of text.
    """
    found: dict[tuple[str, ...], list[SliceFacts]] = {tuple(columns): [] for columns in slicings}
    names = dict.fromkeys(name for datasets in splits.values() for name in datasets)
    for name in names:
        # The longest first: the name of a finer slice may look like that of a coarser one.
        for columns in sorted(found, key=len, reverse=True):
            values = _values(name, columns)
            if values is None or name == ALL_ROWS:
                continue
            there = {split: d[name] for split, d in splits.items() if name in d}
            split, dataset = next(iter(there.items()))
            found[columns].append(
                SliceFacts(
                    values,
                    {
                        split: int(there[split].num_examples) if split in there else 0
                        for split in splits
                    },
                    _label(dataset, label, positive),
                    list(_gaps(dataset, splits[split][ALL_ROWS]))[:_SHOWN_GAPS],
                )
            )
            break
    for slices in found.values():
        slices.sort(key=lambda facts: -sum(facts.rows.values()))
    return found


def _values(name: str, columns: Sequence[str]) -> dict[str, str] | None:
    """Takes TFDV's name of a slice apart: `column_value`, in the order of the columns' names."""
    ordered = sorted(columns)
    pattern = "_".join(f"{re.escape(column)}_(.*)" for column in ordered)
    match = re.fullmatch(pattern, name, re.DOTALL)
    if match is None:
        return None
    values = dict(zip(ordered, match.groups(), strict=True))
    return {column: values[column] for column in columns}


def _label(
    dataset: statistics_pb2.DatasetFeatureStatistics, label: str, positive: str | None
) -> float | None:
    for feature in dataset.features:
        if column_name(feature) != label:
            continue
        if feature.WhichOneof("stats") == "num_stats":
            return float(feature.num_stats.mean) if positive is None else None
        if positive is not None and dataset.num_examples:
            counts = {b.label: b.sample_count for b in feature.string_stats.rank_histogram.buckets}
            return float(counts.get(positive, 0.0) / dataset.num_examples)
    return None


def _gaps(
    dataset: statistics_pb2.DatasetFeatureStatistics,
    whole: statistics_pb2.DatasetFeatureStatistics,
) -> Iterator[Gap]:
    if dataset.num_examples < _LEAST_ROWS:
        return
    usual = _missing(whole)
    gaps = [Gap(name, share, usual.get(name, 0.0)) for name, share in _missing(dataset).items()]
    gaps.sort(key=lambda gap: gap.share_of_all - gap.share)
    yield from (gap for gap in gaps if gap.share - gap.share_of_all >= _LEAST_GAP)


def _missing(dataset: statistics_pb2.DatasetFeatureStatistics) -> dict[str, float]:
    rows = dataset.num_examples
    return {
        column_name(feature): 1 - _present(feature) / rows for feature in dataset.features if rows
    }


def _present(feature: statistics_pb2.FeatureNameStatistics) -> int:
    stats = getattr(feature, feature.WhichOneof("stats"))
    return int(stats.common_stats.num_non_missing)
