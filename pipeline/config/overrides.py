"""`--set KEY=VALUE`: one key of a configuration, changed for one run."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.config.toml_lines import KeyPath, parse_key

_SHOWN_LENGTH = 60


@dataclass(frozen=True)
class Override:
    """One `--set`.

    Attributes:
        text: As the user typed it.
        keys: The key's parts.
        value: A TOML value; a text that is none is taken for a string.
    """

    text: str
    keys: tuple[str, ...]
    value: Any

    @property
    def name(self) -> str:
        """How messages call it."""
        return override_name(self.text)

    def apply(self, tables: dict[str, Any]) -> KeyPath:
        """Sets the value, making tables on the way.

        Returns:
            The path that was set.

        Raises:
            ValueError: the key leads through something that is no table; the text says what.
        """
        path: KeyPath = ()
        container: Any = tables
        for place, part in enumerate(self.keys):
            step = _step(container, part, ".".join(self.keys[:place]))
            path += (step,)
            if place == len(self.keys) - 1:
                container[step] = self.value
            elif isinstance(container, dict):
                container = container.setdefault(step, {})
            else:
                container = container[step]
        return path


def override_name(text: str) -> str:
    """How messages call a `--set`: as it was typed, cut where that would be long."""
    return f"--set {text}" if len(text) <= _SHOWN_LENGTH else f"--set {text[:_SHOWN_LENGTH]}..."


def parse_override(text: str) -> Override:
    """Reads one `--set`.

    Raises:
        ValueError: it is not of the form KEY=VALUE.
    """
    for at in (place for place, char in enumerate(text) if char == "="):
        try:
            # A quoted part of a key may hold a `=` itself.
            keys = parse_key(text[:at])
        except ValueError:
            continue
        return Override(text, keys, _value(text[at + 1 :].strip()))
    raise ValueError("not of the form KEY=VALUE; expected such as --set training.steps=200")


def covering(overrides: Iterable[tuple[KeyPath, Override]], path: KeyPath) -> Override | None:
    """The last override that set the path, or something that it is in."""
    found = None
    for place, override in overrides:
        if path[: len(place)] == place:
            found = override
    return found


def _value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text


def _step(container: Any, part: str, key: str) -> str | int:
    if isinstance(container, dict):
        return part
    if not isinstance(container, list):
        raise ValueError(f"{key} is a value, not a table; nothing can be set in it")
    if not part.isdecimal() or int(part) >= len(container):
        raise ValueError(
            f"{key} is a list of {len(container)}; expected its whole value, "
            f"or the place of an entry, counted from 0"
        )
    return int(part)
