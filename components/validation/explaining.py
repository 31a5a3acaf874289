"""Findings with the first rows behind them."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
from tensorflow_metadata.proto.v0 import schema_pb2

from components.example_gen.encoding import encode
from components.example_gen.sources import Sources
from components.example_gen.splits import split_of_rows
from components.rows.batches import without
from components.validation.finding import Finding
from components.validation.offending_rows import Wanted, offending_rows

_UNKNOWN = ""


def explained(
    found: Iterable[Finding],
    sources: Sources,
    contract: schema_pb2.Schema,
    only_split: str | None = None,
) -> list[Finding]:
    """Returns the findings, each with the first rows of its split behind it; ignored ones without.

    Args:
        found: The findings.
        sources: The files that are read again.
        contract: The schema.
        only_split: The split of all their rows; by default a row goes to its split as it did in
            ExampleGen.
    """
    found = list(found)
    splits = _splits_of(sources) if only_split is None else _always(only_split)
    wanted = {_wanted(finding) for finding in found if finding.severity != "ignore"}
    ordered = sorted(wanted, key=dataclasses.astuple)
    rows = offending_rows(ordered, sources.files, contract, splits, sources.missing)
    return [
        dataclasses.replace(finding, rows=rows.get(_wanted(finding), finding.rows))
        for finding in found
    ]


def _wanted(finding: Finding) -> Wanted:
    return Wanted(finding.split, finding.column, finding.kind)


def _always(split: str) -> Callable[[pa.RecordBatch], Sequence[str]]:
    return lambda rows: [split] * rows.num_rows


def _splits_of(sources: Sources) -> Callable[[pa.RecordBatch], Sequence[str]]:
    if sources.split is None:
        return _always(_UNKNOWN)
    options, names = sources.split, sources.split.names

    def splits(rows: pa.RecordBatch) -> list[str]:
        examples = encode(without(rows, sources.identifiers)).to_pylist()
        places = split_of_rows(rows, examples, options, sources.cuts)
        return [names[place] if place >= 0 else _UNKNOWN for place in places]

    return splits
