"""Figures and gaps of the report in words."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from pipeline.config import METRICS
from pipeline.reports.figures import plain

_LONGEST = 60


def measured(value: float | None) -> str:
    """A metric's value: four places, or more digits where it is large; empty if undefined."""
    if value is None or value != value:
        return ""
    return f"{value:.4f}" if abs(value) < 100 else plain(float(f"{value:.6g}"))


def signed(value: float | None) -> str:
    """A change, with its sign."""
    if value is None or value != value:
        return ""
    return f"{'+' if value >= 0 else '−'}{measured(abs(value))}"


def interval(low: float | None, high: float | None) -> str:
    """Of 95 %; empty where it is not known."""
    if low is None or high is None:
        return ""
    return f'<span class="whole">{_end(low)} to {_end(high)}</span>'


def _end(value: float) -> str:
    return measured(value).replace("-", "−")


def is_higher_better(metric: str) -> bool:
    """Which end of a metric is the good one; of losses that no gate can name, the lower."""
    if metric in METRICS:
        return METRICS[metric].better == "higher"
    return "loss" not in metric and "error" not in metric


def cut(text: object, longest: int = _LONGEST) -> str:
    """A text of the data as HTML, cut where it would fill the page."""
    whole = str(text)
    return escape(whole if len(whole) <= longest else whole[: longest - 1] + "…")


def missing(what: str, why: str) -> str:
    """A line that says what the report does not have."""
    return f'<p class="soft absent">{escape(what)}: {escape(why)}.</p>'


def definitions(entries: Mapping[str, str | Sequence[str]]) -> Iterator[str]:
    """Yields a list of names and what stands for them, which is HTML already."""
    yield '<dl class="card">'
    for name, value in entries.items():
        lines = [value] if isinstance(value, str) else value
        if any(lines):
            yield f"<dt>{escape(name)}</dt><dd>{'<br>'.join(filter(None, lines))}</dd>"
    yield "</dl>"


def in_words(value: Any) -> str:
    """A value of a configuration as HTML."""
    if value is None:
        return '<span class="soft">not set</span>'
    if isinstance(value, list | tuple):
        # Lists within a list keep their brackets, or nobody sees where one ends.
        entries = (
            f"[{in_words(entry)}]" if isinstance(entry, list | tuple) else in_words(entry)
            for entry in value
        )
        return ", ".join(entries) or '<span class="soft">none</span>'
    if isinstance(value, Mapping):
        entries = (f"{escape(str(k))} {in_words(v)}" for k, v in value.items())
        return ", ".join(entries) or '<span class="soft">none</span>'
    return cut(value, 200)
