"""The part of a comparison that says what changed in data, schema, configuration and code."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.reports.figures import percent
from pipeline.reports.model.card import flat
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.words import cut, in_words
from pipeline.reports.tables import table

_SHOWN = 40
_NOTHING = '<p class="ok">The same in both.</p>'
_Pair = tuple[RunFacts, RunFacts]


def data_part(both: _Pair) -> Iterator[str]:
    """Yields the HTML of spans, rows, fingerprints and drift."""
    yield from _table([*_rows_of_data(both), *_drift(both)])


def schema_part(both: _Pair) -> Iterator[str]:
    """Yields the HTML of the contract with the data."""
    yield from _table(
        [
            ("version", *_each(both, lambda facts: cut(_of_schema(facts, "fingerprint"), 16))),
            ("columns", *_each(both, lambda facts: cut(_of_schema(facts, "summary"), 200))),
        ]
    )


def _of_schema(facts: RunFacts, name: str) -> str:
    return str(facts.made("ImportSchemaGen", "schema", name) or "unknown")


def configuration_changes(both: _Pair) -> Iterator[str]:
    """Yields the HTML of the keys that differ, with both values."""
    for name, facts in zip("AB", both, strict=True):
        if not facts.is_configuration_kept:
            yield f'<p class="warn">Not known: run {name} kept no configuration.</p>'
    if not all(facts.is_configuration_kept for facts in both):
        return
    values = [dict(flat(facts.what)) for facts in both]
    keys = list(dict.fromkeys([*values[0], *values[1]]))
    changed = [key for key in keys if values[0].get(key) != values[1].get(key)]
    if not changed:
        yield _NOTHING
        return
    yield from table(
        ("key", "A", "B"),
        [(cut(key, 200), *(in_words(value.get(key)) for value in values)) for key in changed],
        is_stacked=True,
    )


def code_part(both: _Pair) -> Iterator[str]:
    """Yields the HTML of the fingerprints, and of the files and libraries that differ."""
    prints = [facts.code_version or "not kept" for facts in both]
    yield from table(("what", "A", "B"), [("code of the steps", *map(cut, prints))])
    files = _changed([_all(facts, "code") for facts in both])
    if files:
        named = ", ".join(cut(name, 200) for name in files[:_SHOWN])
        more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
        yield f"<p>Files that differ: {named}{more}.</p>"
    versions = [_all(facts, "libraries") for facts in both]
    libraries = _changed(versions)
    if libraries:
        yield from table(
            ("library", "A", "B"),
            [(cut(n), *(cut(side.get(n, "unknown")) for side in versions)) for n in libraries],
        )
    if prints[0] == prints[1] != "not kept" and not files and not libraries:
        yield _NOTHING


def _all(facts: RunFacts, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for step in facts.steps.values():
        found |= getattr(step, name)
    return found


def _changed(sides: Sequence[Mapping[str, str]]) -> list[str]:
    """What both know and do not know alike: a step that one of them did not run is no change."""
    first, second = sides
    return sorted(name for name in first.keys() & second.keys() if first[name] != second[name])


def _rows_of_data(both: _Pair) -> Iterator[tuple[str, str, str]]:
    yield "input", *_each(both, lambda facts: cut(facts.what["data"]["input"], 200))
    yield "spans", *_each(both, lambda facts: cut(_made(facts, "spans") or "none", 200))
    yield (
        "files",
        *_each(both, lambda facts: cut(_made(facts, "input_fingerprint") or "unknown", 16)),
    )
    names = ("rows_in", *_splits(both), "rows_quarantined")
    for name in names:
        yield name.replace("_", " "), *_each(both, lambda facts, name=name: _count(facts, name))
    for split in ("train", "eval"):
        yield (
            f"labels of {split}",
            *_each(both, lambda facts, split=split: _balance(facts, split)),
        )


def _each(both: _Pair, told: Any) -> tuple[str, str]:
    return told(both[0]), told(both[1])


def _splits(both: _Pair) -> list[str]:
    names = [name for facts in both for name in facts.what["data"].get("splits") or {}]
    return [f"rows_{name}" for name in dict.fromkeys(names)]


def _made(facts: RunFacts, name: str) -> Any:
    return facts.made("ExampleGen", "examples", name)


def _count(facts: RunFacts, name: str) -> str:
    value = _made(facts, name)
    return "unknown" if value is None else f"{value:,}"


def _balance(facts: RunFacts, split: str) -> str:
    counts = json.loads(_made(facts, "label_balance") or "{}").get(split) or {}
    total = sum(counts.values())
    shown = sorted(counts.items(), key=lambda entry: -entry[1])[:5]
    return ", ".join(f"{cut(value)} {percent(count / total)}" for value, count in shown if total)


def _drift(both: _Pair) -> Iterator[tuple[str, str, str]]:
    """Distances of the columns that moved most in either run."""
    sides = [
        {
            (d["kind"], d["column"]): d["value"]
            for d in facts.files.get("data verdict", {}).get("distances", ())
        }
        for facts in both
    ]
    keys = sorted(
        {*sides[0], *sides[1]}, key=lambda key: -max(side.get(key, 0.0) for side in sides)
    )
    for kind, column in keys[:10]:
        values = [side.get((kind, column)) for side in sides]
        told = ["not measured" if value is None else f"{value:.4f}" for value in values]
        yield f"{kind} of {column}", told[0], told[1]


def _table(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    yield from table(
        ("what", "A", "B", "changed"),
        [
            (
                cut(name, 80),
                first,
                second,
                '<span class="warn">changed</span>'
                if first != second
                else '<span class="soft">same</span>',
            )
            for name, first, second in rows
            if first or second
        ],
        is_stacked=True,
    )
