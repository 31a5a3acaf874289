"""Tables as HTML."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, is_stacked: bool = False
) -> Iterator[str]:
    """Yields the HTML of a table.

    Args:
        heads: Of the columns; one that begins with # is of numbers.
        rows: Their cells, which are HTML already.
        is_stacked: Whether each row becomes a card where the page is narrow: for tables of many
            columns. The others scroll.
    """
    kinds = [' class="number"' if head.startswith("#") else "" for head in heads]
    names = [escape(head.lstrip("#")) for head in heads]
    yield f'<div class="{"stacked" if is_stacked else "scroll"}"><table><thead><tr>'
    yield "".join(f"<th{kind}>{name}</th>" for kind, name in zip(kinds, names, strict=True))
    yield "</tr></thead><tbody>"
    for row in rows:
        shown = _named(names, row) if is_stacked else row
        cells = (f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, shown, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _named(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    """The cells with their column's name before them, which only a card shows."""
    for name, cell in zip(names, row, strict=True):
        yield f'<div data-head="{name}"><div>{cell}</div></div>' if cell else ""
