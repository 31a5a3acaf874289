"""The part of the data report that has a line a column, which opens for its figures."""

from collections.abc import Iterator, Sequence
from html import escape

from pipeline.reports.data_facts import BINS, ColumnFacts, Side
from pipeline.reports.drawing import bars
from pipeline.reports.figures import percent, plain
from pipeline.reports.tables import table

_PAIRS = (("newest", "previous"), ("train", "served"))


def columns_part(columns: Sequence[ColumnFacts]) -> Iterator[str]:
    """Yields the HTML of all columns, in their order."""
    if not columns:
        return
    yield f"<h2>Columns ({len(columns)})</h2>"
    yield '<p class="soft">Open a column for its figures.</p>'
    for column in columns:
        is_open = " open" if column.severity in ("block", "warn") else ""
        yield f"<details{is_open}><summary>{''.join(_summary(column))}</summary><div>"
        yield from _numbers(column) if column.kind == "number" else _values(column)
        yield "</div></details>"


def _summary(column: ColumnFacts) -> Iterator[str]:
    first = next(iter(column.sides.values()))
    shares = first.bins if column.kind == "number" else [share for _, share in first.top]
    picture = bars([shares], "its values in short")
    found = f"{len(column.findings)} × {column.severity}" if column.findings else ""
    yield f'<span class="name">{escape(column.name)}</span>'
    yield f'<span>{picture}<span class="soft small">{_range(column, first)}</span></span>'
    yield (
        f'<span class="soft">{percent(first.missing)} missing</span>'
        if first.missing
        else ("<span></span>")
    )
    yield f'<span class="{column.severity or "soft"}">{found}</span>'


def _range(column: ColumnFacts, side: Side) -> str:
    """What the picture goes from and to."""
    if side.missing == 1:
        return "no values"
    if column.kind == "number":
        return _ends(column)
    if not side.top:
        return f"{side.unique:,} values"
    return f"mostly {escape(side.top[0][0])}, {percent(side.top[0][1])}"


def _ends(column: ColumnFacts) -> str:
    return (
        f'<span class="ends"><span>{plain(column.low)}</span>'
        f"<span>{plain(column.high)}</span></span>"
    )


def _numbers(column: ColumnFacts) -> Iterator[str]:
    splits = [name for name in column.sides if name not in ("newest", "previous", "served")]
    pairs = [tuple(splits[:2]), *(p for p in _PAIRS if set(p) <= set(column.sides))]
    yield '<div class="charts">'
    for pair in pairs:
        yield from _chart(column, pair)
    yield "</div>"
    names = list(next(iter(column.sides.values())).numbers)
    yield from table(
        ("", *(f"#{name}" for name in column.sides)),
        [
            ("rows", *(f"{side.rows:,}" for side in column.sides.values())),
            ("missing", *(percent(side.missing) for side in column.sides.values())),
            *_infinite(column),
            *((name, *(_figure(side, name) for side in column.sides.values())) for name in names),
        ],
    )


def _chart(column: ColumnFacts, names: Sequence[str]) -> Iterator[str]:
    """Two sets of rows in one picture, with what it is of above and where it ends below."""
    sides = [column.sides[name].bins for name in names]
    kind = "spans" if "newest" in names else "splits"
    marks = ("■", "▬")
    legend = " ".join(
        f'<span class="mark{place}">{mark}</span> {escape(name)}'
        for place, (mark, name) in enumerate(zip(marks, names, strict=False))
    )
    label = f"{' and '.join(map(escape, names))}, {plain(column.low)} to {plain(column.high)}"
    picture = bars(sides, label, [_hint(column, names, place) for place in range(BINS)])
    if not picture:
        yield f'<p class="soft">no values in {" or ".join(map(escape, names))}</p>'
        return
    top = max(share for side in sides for share in side)
    yield f'<figure class="{kind}"><figcaption class="small">{legend}'
    yield f'<span class="soft top">highest bar {percent(top)}</span></figcaption>'
    yield f'{picture}<div class="soft small">{_ends(column)}</div></figure>'


def _hint(column: ColumnFacts, names: Sequence[str], place: int) -> str:
    width = (column.high - column.low) / BINS
    start, end = (plain(column.low + step * width) for step in (place, place + 1))
    shares = (
        f"{escape(name)} {percent(bins[place])}"
        for name in names
        if (bins := column.sides[name].bins)
    )
    return f"{start} to {end}: {', '.join(shares)}"


def _infinite(column: ColumnFacts) -> Iterator[Sequence[str]]:
    counts = [side.infinite for side in column.sides.values()]
    if any(counts):
        yield (
            "infinite",
            *(f'<span class="warn">{count:,}</span>' if count else "0" for count in counts),
        )


def _figure(side: Side, name: str) -> str:
    value = side.numbers.get(name)
    if value is None:
        return ""
    return percent(value) if name == "zeros" else plain(value)


def _values(column: ColumnFacts) -> Iterator[str]:
    sides = column.sides.values()
    values = list(dict.fromkeys(value for side in sides for value, _ in side.top))
    yield from table(
        ("value", *(f"#{name}" for name in column.sides)),
        [
            *((escape(value), *(_share(side, value) for side in sides)) for value in values),
            ("(missing)", *(_bar(side.missing) for side in sides)),
            ("(distinct)", *(f"{side.unique:,}" for side in sides)),
            ("(rows)", *(f"{side.rows:,}" for side in sides)),
        ],
    )


def _share(side: Side, value: str) -> str:
    share = dict(side.top).get(value)
    return "" if share is None else _bar(share)


def _bar(share: float) -> str:
    return f'<span class="bar" style="--part:{100 * share:.1f}%">{percent(share)}</span>'
