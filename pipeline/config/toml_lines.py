"""On which line each key of a TOML text stands, which the standard library does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping

KeyPath = tuple[str | int, ...]
"""Keys from the root inwards; an int is the place in a list."""

# Longest first: the quotes of a multi-line string begin like an empty one.
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Finds the line of every table, key and list element.

    Args:
        text: Valid TOML.

    Returns:
        KeyPath to the number of the line, from 1, where it stands first.
    """
    return _Scanner(text).scan()


def parse_key(text: str) -> tuple[str, ...]:
    """Splits a dotted key, of which parts may be quoted.

    Raises:
        ValueError: it is no key.
    """
    if "\n" in text:
        raise ValueError("a key stands on one line")
    table = tomllib.loads(f"{text} = 0")
    parts: list[str] = []
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[KeyPath, int] = {}
        self._list_lengths: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._peek():
            if self._text.startswith("[[", self._at):
                table = self._header(opening=2)
            elif self._peek() == "[":
                table = self._header(opening=1)
            else:
                self._pair(table)
        return self._lines

    def _peek(self) -> str:
        """The next character that is neither blank nor comment; empty at the end."""
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found[0]

    def _note(self, path: KeyPath) -> None:
        self._lines.setdefault(path, self._text.count("\n", 0, self._at) + 1)

    def _key(self) -> Iterator[str]:
        while True:
            self._peek()
            yield self._take(_BARE_KEY) or parse_key(self._take(_STRING))[0]
            if self._peek() != ".":
                return
            self._at += 1

    def _header(self, opening: int) -> KeyPath:
        self._at += opening
        path: KeyPath = ()
        for key in self._key():
            if path in self._list_lengths:
                # Below a list of tables, a header means the last of them.
                path += (self._list_lengths[path] - 1,)
            path += (key,)
            self._note(path)
        if opening == 2:
            place = self._list_lengths.get(path, 0)
            self._list_lengths[path] = place + 1
            path += (place,)
            self._note(path)
        self._at += opening
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        for key in self._key():
            path += (key,)
            self._note(path)
        self._at += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        match self._peek():
            case "[":
                self._list(path)
            case "{":
                self._inline_table(path)
            case _:
                if not self._take(_STRING):
                    self._take(_SCALAR)

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        place = 0
        while self._peek() != "]":
            self._note((*path, place))
            self._value((*path, place))
            place += 1
            self._skip_comma()
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._peek() != "}":
            self._pair(path)
            self._skip_comma()
        self._at += 1

    def _skip_comma(self) -> None:
        if self._peek() == ",":
            self._at += 1
