"""A configuration file as it was written: its tables, and where each key stands."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.config.overrides import Override, covering
from pipeline.config.problems import Problem, among, did_you_mean
from pipeline.config.toml_lines import KeyPath, key_lines
from pipeline.config.toml_text import lookup, toml_key
from pipeline.errors import ConfigError

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

Origin = Literal["file", "set", "default"]


@dataclass(frozen=True)
class Document:
    """A file and the `--set` that change it.

    Attributes:
        name: The file as the user named it.
        tables: The parsed text, with the overrides in it.
        lines: Where each key of the text stands.
        overrides: Path and override, in the order they were applied.
    """

    name: str
    tables: dict[str, Any]
    lines: Mapping[KeyPath, int]
    overrides: tuple[tuple[KeyPath, Override], ...]

    def origin(self, path: KeyPath) -> Origin:
        """Who stated the value at a path."""
        if any(
            path[: len(place)] == place or place[: len(path)] == path for place, _ in self.overrides
        ):
            return "set"
        try:
            lookup(self.tables, path)
        except KeyError:
            return "default"
        return "file"

    def message(self, problem: Problem) -> str:
        """The problem as one line that says where it is."""
        key = f"{toml_key(*problem.path)}: " if problem.path else ""
        return f"{self._place(problem.path)}: {key}{problem.text}"

    def line(self, path: KeyPath) -> int:
        """Where the key, or else the nearest table round it, stands; 0 if that is the root."""
        known = (self.lines.get(path[:length]) for length in range(len(path), 0, -1))
        return next((line for line in known if line), 0)

    def _place(self, path: KeyPath) -> str:
        override = covering(self.overrides, path)
        if override is None and path not in self.lines:
            # Tables that exist only because an override is in them.
            inside = (other for place, other in self.overrides if place[: len(path)] == path)
            override = next(inside, None) if path else None
        if override:
            return override.name
        line = self.line(path)
        return f"{self.name}:{line}" if line else self.name


def read_document(name: str) -> Document:
    """Reads a file.

    Args:
        name: Its path, relative to the working directory.

    Raises:
        ConfigError: it is missing, empty, not UTF-8 or not TOML.
    """
    text = _text(name)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_error(name, text, str(error))) from None
    if not tables:
        raise ConfigError(f"{name}: the file is empty; expected TOML tables and keys")
    return Document(name, tables, key_lines(text), ())


def _text(name: str) -> str:
    try:
        data = Path(name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(_missing(Path(name))) from None
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{name}:{line}: not UTF-8: found the byte 0x{data[error.start]:02x}; "
            "expected the file to be saved as UTF-8"
        ) from None


def _missing(path: Path) -> str:
    if not path.parent.is_dir():
        return f"{path}: no such file; there is no folder {path.parent} in {Path.cwd()}"
    there = sorted(str(other) for other in path.parent.glob("*.toml"))
    if not there:
        return f"{path}: no such file; there is no .toml file in {path.parent.resolve()}"
    return f"{path}: no such file;{did_you_mean(str(path), there)} there is: {among(there)}"


def _syntax_error(name: str, text: str, message: str) -> str:
    found = _PLACE.search(message)
    line, column = "", ""
    if found:
        message = message[: found.start()]
        line, column = found[1], found[2]
    if not line:
        ends = text.splitlines() or [""]
        line, column = str(len(ends)), str(len(ends[-1]) + 1)
    return f"{name}:{line}:{column}: not valid TOML: {message[:1].lower()}{message[1:]}"


def apply(overrides: Iterable[Override], document: Document) -> tuple[Document, list[str]]:
    """Puts overrides into a document.

    Returns:
        The changed document, and a message for each override that could not be applied.
    """
    applied, messages = [], []
    for override in overrides:
        try:
            applied.append((override.apply(document.tables), override))
        except ValueError as error:
            messages.append(f"{override.name}: {error}")
    changed = Document(
        document.name, document.tables, document.lines, (*document.overrides, *applied)
    )
    return changed, messages
