"""The data report as one HTML page: no script, no style, no picture from anywhere else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from pipeline.reports.data_facts import ColumnFacts, Side
from pipeline.reports.drawing import histograms

_STYLE = Path(__file__).with_name("report.css")


@dataclass(frozen=True)
class DataPage:
    """What the page is made of.

    Attributes:
        problem: The problem's name.
        made: When the report was made, in words.
        origin: Where the rows came from.
        facts: Heading to figure, in the order in which they are shown.
        columns: All columns.
        verdict: As DataGate wrote it; empty if it has not.
        reasons: Why rows are in quarantine, to how many.
    """

    problem: str
    made: str
    origin: str
    facts: Mapping[str, str]
    columns: Sequence[ColumnFacts]
    verdict: Mapping[str, Any]
    reasons: Mapping[str, int]


def render(page: DataPage) -> str:
    """Returns the page as HTML."""
    title, style = f"Data of {escape(page.problem)}", _STYLE.read_text(encoding="utf-8")
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{style}</style></head><body>",
            f'<h1>{title}</h1><p class="soft">{escape(page.origin)}<br>{escape(page.made)}</p>',
            '<div class="facts">',
            *(f"<div>{escape(k)}<b>{escape(v)}</b></div>" for k, v in page.facts.items()),
            "</div>",
            *_findings(page),
            *_moves(page),
            *_quarantine(page.reasons),
            *_columns(page.columns),
            "</body></html>\n",
        ]
    )


def _findings(page: DataPage) -> Iterator[str]:
    yield "<h2>Findings</h2>"
    if not page.verdict:
        yield '<p class="warn">not validated yet</p>'
        return
    found = page.verdict.get("findings", ())
    if not found:
        yield '<p class="ok">The rows keep the contract.</p>'
        return
    yield from _table(
        ("severity", "column", "rows of", "what", "first seen in"),
        (
            (
                f'<span class="{f["severity"]}">{f["severity"]}</span>',
                escape(f["column"]),
                escape(f["split"]),
                escape(f["detail"] + (f" ({f['note']})" if f.get("note") else "")),
                "<br>".join(map(_place, f.get("rows", ()))),
            )
            for f in found
        ),
    )


def _place(row: Mapping[str, Any]) -> str:
    where = f"line {row['line']}" if row.get("line") is not None else f"row {row.get('row')}"
    return escape(f"{row['path'].rpartition('/')[2]}: {where}: {row['value']!r}")


def _moves(page: DataPage) -> Iterator[str]:
    yield "<h2>Drift and skew</h2>"
    for what in page.verdict.get("not_checked", ("drift and skew",)):
        yield f'<p class="warn">Not checked: {escape(what)}.</p>'
    measured = sorted(
        page.verdict.get("distances", ()),
        key=lambda d: -d["value"] / (d["threshold"] or float("inf")),
    )
    if measured:
        yield from _table(
            ("column", "", "against", "measure", "#distance", "#at most"),
            (
                (
                    escape(d["column"]),
                    d["kind"],
                    escape(d["baseline"]),
                    d["measure"].replace("_", "-"),
                    _judged(d),
                    f"{d['threshold']:g}" if d["threshold"] is not None else "",
                )
                for d in measured
            ),
        )


def _judged(distance: Mapping[str, Any]) -> str:
    is_over = distance["threshold"] is not None and distance["value"] > distance["threshold"]
    text = f"{distance['value']:.4f}"
    return f'<span class="block">{text}</span>' if is_over else text


def _quarantine(reasons: Mapping[str, int]) -> Iterator[str]:
    if reasons:
        yield "<h2>Quarantine</h2>"
        ranked = sorted(reasons.items(), key=lambda item: -item[1])[:20]
        rows = ((escape(why), f"{count:,}") for why, count in ranked)
        yield from _table(("reason", "#rows"), rows)


def _columns(columns: Sequence[ColumnFacts]) -> Iterator[str]:
    yield f"<h2>Columns ({len(columns)})</h2>"
    names = [escape(name) for name in (columns[0].sides if columns else ())]
    marks = ('<span class="first">■</span>', '<span class="second">▬</span>')
    legend = ", ".join(f"{mark} {name}" for mark, name in zip(marks, names, strict=False))
    yield f'<p class="soft">{legend}; open a column for its figures.</p>'
    for column in columns:
        yield from _column(column)


def _column(column: ColumnFacts) -> Iterator[str]:
    is_open = " open" if column.severity in ("block", "warn") else ""
    sides = list(column.sides.values())
    missing = f"{100 * sides[0].missing:.1f} %" if sides and sides[0].missing else ""
    yield (
        f'<details{is_open}><summary><span class="name">{escape(column.name)}</span>'
        f"<span>{_picture(column, sides[:2])}</span>"
        f'<span class="soft">{missing and f"{missing} missing"}</span>'
        f'<span class="{column.severity or "soft"}">{_word(column)}</span></summary><div>'
    )
    if column.kind == "number":
        yield from _figures(column)
    else:
        yield from _values(column)
    pairs = [name for name in ("newest", "previous") if name in column.sides]
    if len(pairs) == 2:
        yield '<p class="soft">newest span over the one before</p>'
        yield _picture(column, [column.sides[name] for name in pairs])
    yield "</div></details>"


def _word(column: ColumnFacts) -> str:
    return f"{len(column.findings)} × {column.severity}" if column.findings else ""


def _picture(column: ColumnFacts, sides: Sequence[Side]) -> str:
    if column.kind == "number":
        label = escape(f"histogram from {column.low:g} to {column.high:g}", quote=True)
        return histograms([side.bins for side in sides], label)
    values = [value for value, _ in sides[0].top] if sides else []
    shares = [[dict(side.top).get(value, 0.0) for value in values] for side in sides]
    return histograms(shares, "shares of the commonest values")


def _figures(column: ColumnFacts) -> Iterator[str]:
    names = list(next(iter(column.sides.values())).numbers) if column.sides else []
    yield from _table(
        ("", "#rows", "#missing", *(f"#{name}" for name in names)),
        (
            (
                escape(name),
                f"{side.rows:,}",
                f"{100 * side.missing:.1f} %",
                *(_figure(n, side.numbers.get(n)) for n in names),
            )
            for name, side in column.sides.items()
        ),
    )


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if name == "zeros" else f"{value:,.6g}"


def _values(column: ColumnFacts) -> Iterator[str]:
    values = list(dict.fromkeys(v for side in column.sides.values() for v, _ in side.top))
    yield from _table(
        ("value", *(f"#{name}" for name in column.sides)),
        [
            *(
                (escape(value), *(_share(side, value) for side in column.sides.values()))
                for value in values
            ),
            ("(missing)", *(f"{100 * side.missing:.1f} %" for side in column.sides.values())),
            ("(distinct)", *(f"{side.unique:,}" for side in column.sides.values())),
        ],
    )


def _share(side: Side, value: str) -> str:
    share = dict(side.top).get(value)
    return "" if share is None else f"{100 * share:.1f} %"


def _table(
    heads: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]
) -> Iterator[str]:
    """A table of cells that are HTML already; a head that begins with # is of a number."""
    kinds = [' class="number"' if head.startswith("#") else "" for head in heads]
    yield '<div class="scroll"><table><thead><tr>'
    names = (escape(head.lstrip("#")) for head in heads)
    yield "".join(f"<th{kind}>{name}</th>" for kind, name in zip(kinds, names, strict=True))
    yield "</tr></thead><tbody>"
    for row in rows:
        cells = (f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
