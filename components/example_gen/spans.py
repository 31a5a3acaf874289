"""Spans: the files of a pattern by the part of the data that their path says they belong to.

| in the pattern           | stands for                                                    |
| ------------------------ | ------------------------------------------------------------- |
| `{SPAN}`, `{SPAN:3}`     | the span's number; with a width, exactly that many digits     |
| `{YYYY}`, `{MM}`, `{DD}` | the span's date, all three of them                            |
| `{VERSION}`              | of a span, the highest is read and the others are not         |
| `*`, `?`, `[…]`          | as in any glob                                                |

The words are those of TFX's own pattern; a date's number is its days since 1970-01-01, as there.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from components.errors import InputError
from components.rows.files import File, found

MARKER = "_SUCCESS"
"""The name of the file by which a writer says that the span's folder is complete."""

_TOKEN = re.compile(r"\{(SPAN|VERSION|YYYY|MM|DD)(?::(\d+))?\}")
_GLOB = re.compile(r"\*\*|\*|\?|\[[^\]]*\]")
_DIGITS = {"YYYY": 4, "MM": 2, "DD": 2}
_DATE = ("YYYY", "MM", "DD")
_GLOB_AS_EXPRESSION = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Span:
    """A part of the data.

    Attributes:
        name: As it stands in the path, a date always as `2024-03-01`.
        number: By which spans are ordered; days since 1970-01-01 for a date.
        version: 0 where the pattern has none.
        folder: The folder in the path that has the span in its name; empty if only a file has.
        files: Sorted by path.
    """

    name: str
    number: int
    version: int
    folder: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class Chosen:
    """The spans to read.

    Attributes:
        spans: Oldest first.
        previous: The usable span right before the newest of them, in the window or not.
        skipped: For each newer one that was passed over, why.
    """

    spans: tuple[Span, ...]
    previous: Span | None
    skipped: tuple[str, ...]


def is_pattern(location: str) -> bool:
    """Whether there are spans in it."""
    return _TOKEN.search(location) is not None


def spans_of(pattern: str) -> list[Span]:
    """Returns all spans, oldest first, older versions before newer ones of the same span.

    Args:
        pattern: A path of this machine or a URI, with the words of the table above.

    Raises:
        InputError: the pattern has a part of a date, or a version without a span.
    """
    _require_whole(pattern)
    files = found(_as_glob(pattern)) or found(_as_glob(f"{pattern}/*"))
    expressions = [_as_expression(pattern), _as_expression(f"{pattern}/*")]
    by_span: dict[tuple[int, int, str, str], list[File]] = {}
    for file in files:
        match = next(filter(None, (e.fullmatch(file.path) for e in expressions)), None)
        if match and file.name[0] not in "._":
            key = _identity(match)
            if key:
                by_span.setdefault((*key, _folder(match)), []).append(file)
    return [
        Span(name, number, version, folder, tuple(files))
        for (number, version, name, folder), files in sorted(by_span.items())
    ]


def choose(
    spans: Sequence[Span],
    use: str,
    window: int,
    fault: Callable[[Span], str | None],
) -> Chosen:
    """Picks the spans to read: one, and those right before it.

    Args:
        spans: As `spans_of` returns them.
        use: `newest`, or the name or number of a span.
        window: How many spans, with that one.
        fault: Why a span is not to be read; None for one that is whole. Asked only of spans that
            would be read, since it may have to look into files.

    Raises:
        InputError: there is no such span, or nothing in it can be used.
    """
    names = list(dict.fromkeys(span.name for span in spans))
    wanted = names if use == "newest" else names[: _place(use, spans, names) + 1]
    usable: list[Span] = []
    skipped: list[str] = []
    for name in reversed(wanted):
        span, faults = _newest_version([s for s in spans if s.name == name], fault)
        if span:
            usable.append(span)
        elif use != "newest" and not usable:
            raise InputError(f"data.spans.use = {use!r}: {faults[0]}")
        # What is older than all that is read or compared with needs no look.
        skipped += faults
        if len(usable) > max(window, 1):
            break
    if not usable:
        msg = f"no span can be used: {'; '.join(skipped)}" if skipped else "no span found"
        raise InputError(msg)
    previous = usable[1] if len(usable) > 1 else None
    return Chosen(tuple(reversed(usable[:window])), previous, tuple(skipped))


def _newest_version(
    versions: Sequence[Span], fault: Callable[[Span], str | None]
) -> tuple[Span | None, list[str]]:
    faults: list[str] = []
    for span in reversed(versions):
        why = fault(span)
        if why is None:
            return span, faults
        of_version = f", version {span.version}" if len(versions) > 1 else ""
        faults.append(f"span {span.name}{of_version} {why}")
    return None, faults


def _place(use: str, spans: Sequence[Span], names: Sequence[str]) -> int:
    for span in spans:
        if use == span.name or (use.isdecimal() and span.number == int(use)):
            return names.index(span.name)
    nearby = ", ".join(names[-5:]) or "none"
    raise InputError(f"data.spans.use = {use!r}: no such span; the newest are: {nearby}")


def _require_whole(pattern: str) -> None:
    words = [match[1] for match in _TOKEN.finditer(pattern)]
    dated = [word for word in _DATE if word in words]
    if dated and ("SPAN" in words or len(dated) < len(_DATE)):
        msg = (
            f"data.input = {pattern!r}: expected {{SPAN}}, or all of {{YYYY}}, {{MM}} and {{DD}}; "
            f"found {', '.join(words)}"
        )
        raise InputError(msg)
    if not dated and "SPAN" not in words:
        msg = f"data.input = {pattern!r}: {{VERSION}} needs a {{SPAN}} or a date before it"
        raise InputError(msg)


def _as_glob(pattern: str) -> str:
    def widened(match: re.Match[str]) -> str:
        width = int(match[2] or _DIGITS.get(match[1], 0))
        return "[0-9]" * width or "[0-9]*"

    return _TOKEN.sub(widened, pattern)


def _as_expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression with a group a word, a word said twice the same."""
    parts: list[str] = []
    seen: set[str] = set()
    end = 0
    special = re.compile(f"{_TOKEN.pattern}|{_GLOB.pattern}")
    last = max(match.end() for match in _TOKEN.finditer(pattern))
    # The folder that the last word names ends at the next slash.
    slash = pattern.find("/", last)
    for match in special.finditer(pattern):
        parts.append(_literal(pattern, end, match.start(), slash))
        end = match.end()
        if match[1]:
            width = match[2] or _DIGITS.get(match[1])
            digits = rf"\d{{{width}}}" if width else r"\d+"
            parts.append(f"(?P={match[1]})" if match[1] in seen else f"(?P<{match[1]}>{digits})")
            seen.add(match[1])
        else:
            set_of_characters = match[0].replace("[!", "[^")
            parts.append(_GLOB_AS_EXPRESSION.get(match[0], set_of_characters))
    parts.append(_literal(pattern, end, len(pattern), slash))
    return re.compile("".join(parts))


def _literal(pattern: str, start: int, end: int, slash: int) -> str:
    if start <= slash < end:
        return f"{re.escape(pattern[start:slash])}(?P<rest>){re.escape(pattern[slash:end])}"
    return re.escape(pattern[start:end])


def _folder(match: re.Match[str]) -> str:
    return match.string[: match.start("rest")] if "rest" in match.re.groupindex else ""


def _identity(match: re.Match[str]) -> tuple[int, int, str] | None:
    """Number, version and name; None for digits that are no date."""
    words = match.groupdict()
    version = int(words.get("VERSION") or 0)
    if "SPAN" in words:
        return int(words["SPAN"]), version, str(int(words["SPAN"]))
    try:
        date = datetime.date(*(int(words[word]) for word in _DATE))
    except ValueError:
        return None
    return (date - datetime.date(1970, 1, 1)).days, version, date.isoformat()
