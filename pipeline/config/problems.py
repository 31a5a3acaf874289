"""What is wrong with a configuration, and how it is said: found, expected, the nearest."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.config.toml_lines import KeyPath
from pipeline.config.toml_text import toml_value

_SHOWN = 20
_SHOWN_LENGTH = 60


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        path: The key it is about; empty if it is about the whole file.
        text: The rest of the message.
    """

    path: KeyPath
    text: str


def wrong(path: KeyPath, found: Any, expected: str, *, nearest: str = "") -> Problem:
    """A value that may not stand there."""
    return Problem(path, f"found {shown(found)};{nearest} expected {expected}")


def unlisted(path: KeyPath, found: Any, allowed: Iterable[str], what: str = "allowed") -> Problem:
    """A value that is none of those allowed."""
    allowed = tuple(allowed)
    nearest = did_you_mean(str(found), allowed, quote='"')
    return Problem(path, f"found {shown(found)};{nearest} {what}: {among(allowed)}")


def did_you_mean(found: str, allowed: Iterable[str], *, quote: str = "'") -> str:
    """The nearest of them as a clause that begins with a space, or nothing if none is near."""
    near = difflib.get_close_matches(found, list(allowed), n=1)
    return f" did you mean {quote}{near[0]}{quote}?" if near else ""


def among(names: Iterable[str]) -> str:
    """The names in a row, cut where it would be too many to read."""
    names = tuple(names)
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest


def shown(value: Any) -> str:
    """The value as TOML, cut where it would be too long to read."""
    text = toml_value(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}..."
