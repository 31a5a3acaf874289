"""Where the fields of a text-format message stand in its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}<>\[\]:,;]|[^\s{}<>\[\]:,;"'\#]+"""
)
_OPENING, _CLOSING = "{<[", "}>]"


@dataclass(frozen=True)
class Field:
    """A field of a message.

    Attributes:
        name: Such as `feature`.
        start: Where its name begins in the text.
        end: Behind its value.
        inner: Of a message: behind the opening brace, and where the closing one stands.
    """

    name: str
    start: int
    end: int
    inner: tuple[int, int] | None = None


def fields(text: str, start: int = 0, end: int | None = None) -> Iterator[Field]:
    """Yields the fields of a message, not those of the messages within it, in their order.

    Args:
        text: The whole file.
        start: Where the message's fields begin.
        end: Where they end; None for the end of the text.
    """
    tokens = [t for t in _TOKEN.finditer(text, start, end or len(text)) if t[0][0] != "#"]
    place = 0
    while place < len(tokens):
        name = tokens[place]
        place += 1
        if name[0] in ",;":
            continue
        if place < len(tokens) and tokens[place][0] == ":":
            place += 1
        first, place = place, _behind_value(tokens, place)
        value = tokens[first:place]
        if not value:
            return
        is_message = value[0][0] in "{<"
        inner = (value[0].end(), value[-1].start()) if is_message else None
        yield Field(name[0], name.start(), value[-1].end(), inner)


def _behind_value(tokens: list[re.Match[str]], place: int) -> int:
    depth = 0
    while place < len(tokens):
        word = tokens[place][0]
        depth += (word in _OPENING) - (word in _CLOSING)
        place += 1
        # Strings that stand side by side are one value.
        follows = place < len(tokens) and word[0] in "\"'" and tokens[place][0][0] in "\"'"
        if depth == 0 and not follows:
            break
    return place
