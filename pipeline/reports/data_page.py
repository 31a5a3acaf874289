"""The data report as one HTML page: no script, no style, no picture from anywhere else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from pipeline.reports.columns_part import columns_part
from pipeline.reports.data_facts import ColumnFacts
from pipeline.reports.figures import percent, plain
from pipeline.reports.quarantine import Reason
from pipeline.reports.slices import SliceFacts
from pipeline.reports.tables import table
from pipeline.reports.verdict_part import distances_part, findings_part

_STYLE = Path(__file__).with_name("report.css")
_SHOWN = 20


@dataclass(frozen=True)
class DataPage:
    """What the page is made of.

    Attributes:
        problem: The problem's name.
        made: When the report was made, in words.
        run: Name of the run, how it ended, and what went wrong first.
        origin: Where the rows came from.
        facts: Heading to figure, in the order in which they are shown.
        columns: All columns.
        verdict: As DataGate wrote it; empty if it has not in this run.
        reasons: Why rows are in quarantine, the commonest first.
        slices: By the columns that they are made of.
        label: The label's column.
    """

    problem: str
    made: str
    run: tuple[str, str, str]
    origin: str
    facts: Mapping[str, str]
    columns: Sequence[ColumnFacts]
    verdict: Mapping[str, Any]
    reasons: Sequence[Reason]
    slices: Mapping[tuple[str, ...], Sequence[SliceFacts]] = field(default_factory=dict)
    label: str = ""


def render(page: DataPage) -> str:
    """Returns the page as HTML."""
    title, style = f"Data of {escape(page.problem)}", _STYLE.read_text(encoding="utf-8")
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{style}</style></head><body>",
            f"<h1>{title}</h1>",
            *_run(page),
            '<div class="facts">',
            *(f"<div>{escape(k)}<b>{escape(v)}</b></div>" for k, v in page.facts.items()),
            "</div>",
            *findings_part(page.verdict),
            *distances_part(page.verdict),
            *_quarantine(page.reasons),
            *_slices(page),
            *columns_part(page.columns),
            "</body></html>\n",
        ]
    )


def _run(page: DataPage) -> Iterator[str]:
    name, outcome, cause = page.run
    kind = {"failed": "block", "refused": "block", "succeeded": "ok"}.get(outcome, "warn")
    why = f": {escape(cause)}" if cause else ""
    yield f'<p>run {escape(name)} <span class="{kind}">{escape(outcome)}</span>{why}</p>'
    yield f'<p class="soft">{escape(page.origin)}</p>' if page.origin else ""
    yield f'<p class="soft">report made {escape(page.made)}</p>'


def _quarantine(reasons: Sequence[Reason]) -> Iterator[str]:
    if reasons:
        yield "<h2>Quarantine</h2>"
        yield from table(
            ("reason", "#rows", "first seen in"),
            (
                (escape(reason.cause), f"{reason.rows:,}", escape(reason.first))
                for reason in reasons[:_SHOWN]
            ),
            is_stacked=True,
        )
        yield from _rest(reasons, "reasons")


def _slices(page: DataPage) -> Iterator[str]:
    there = {columns: slices for columns, slices in page.slices.items() if slices}
    if there:
        yield "<h2>Slices</h2>"
    for columns, slices in there.items():
        yield f"<h3>{escape(' and '.join(columns))} ({len(slices):,})</h3>"
        splits = list(slices[0].rows)
        has_label = any(facts.label is not None for facts in slices)
        yield from table(
            (
                *columns,
                *(f"#{split} rows" for split in splits),
                *([f"#{page.label}"] if has_label else []),
                "missing more often",
            ),
            (
                (
                    *(escape(value) for value in facts.values.values()),
                    *(f"{rows:,}" for rows in facts.rows.values()),
                    *([plain(facts.label)] if has_label else []),
                    ", ".join(
                        f"{escape(gap.column)} {percent(gap.share)} "
                        f"(all rows {percent(gap.share_of_all)})"
                        for gap in facts.gaps
                    ),
                )
                for facts in slices[:_SHOWN]
            ),
            is_stacked=True,
        )
        yield from _rest(slices, "smaller slices")


def _rest(all_: Sequence[object], what: str) -> Iterator[str]:
    if len(all_) > _SHOWN:
        yield f'<p class="soft">and {len(all_) - _SHOWN:,} {what}</p>'
