"""The part that comes first: pushed or refused, and by which bound."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from pipeline.reports.figures import plain
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.words import cut, interval, measured, missing, signed
from pipeline.reports.tables import table

_HEADS = (
    "verdict",
    "metric",
    "slice",
    "#rows",
    "#candidate",
    "95 % interval",
    "#stable",
    "#better by",
    "bound",
)


def verdict_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the verdict and of every gate, those that refused first."""
    kind, headline, why = headline_of(facts)
    yield f'<div class="verdict {kind}"><b>{escape(headline)}</b>'
    yield from (f"<p>{escape(line)}</p>" for line in why)
    yield "</div>"
    gates = facts.files.get("gates")
    if gates is None:
        yield missing("No gate was asked", facts.absent.get("gates", ""))
        return
    if not gates.get("has_baseline"):
        yield '<p class="warn">No baseline: there was no stable model to compare with.</p>'
    ordered = sorted(gates["gates"], key=lambda gate: bool(gate.get("passed")))
    yield from table(_HEADS, map(_gate, ordered), is_stacked=True)


def headline_of(facts: RunFacts) -> tuple[str, str, Sequence[str]]:
    """Returns `ok`, `warn` or `block`, the verdict in a line, and what there is to say of it."""
    if facts.made("Pusher", "pushed_model", "pushed"):
        version = facts.made("Pusher", "pushed_model", "pushed_version")
        label = facts.made("Pusher", "pushed_model", "label")
        return "ok", f"Pushed as version {version}" + (f", {label}" if label else ""), ()
    if facts.refusals:
        names = " and ".join(facts.refusals)
        lines = [line for why in facts.refusals.values() for line in why.splitlines()]
        return "block", f"Refused by {names}: nothing was pushed", lines
    # The Pusher says itself what it did before it stopped.
    left = "no label was moved" if facts.detail.startswith("Pusher:") else "nothing was pushed"
    if facts.outcome == "refused":
        return "block", f"Refused: {left}", [facts.detail]
    if facts.outcome in ("failed", "interrupted", "killed"):
        why = [facts.detail] if facts.detail else []
        return "block", f"The run {_ended(facts.outcome)}: {left}", why
    if facts.outcome == "running":
        return "warn", "The run has not ended yet", ()
    return "warn", "Nothing was pushed: the run was not asked to go so far", ()


def _ended(outcome: str) -> str:
    return "failed" if outcome == "failed" else f"was {outcome}"


def _gate(gate: Mapping[str, Any]) -> Sequence[str]:
    passed = bool(gate.get("passed"))
    word = '<span class="ok">passed</span>' if passed else '<span class="block">refused</span>'
    return (
        word,
        f'<span class="whole">{cut(gate.get("metric", ""))}</span>',
        f'<div class="slice">{cut(gate.get("slice", ""))}{_note(gate.get("note", ""))}</div>',
        f"{gate['rows']:,}" if gate.get("rows") is not None else "",
        measured(gate.get("candidate")),
        interval(gate.get("low"), gate.get("high")),
        measured(gate.get("baseline")),
        _gain(gate),
        f'<span class="whole">{cut(gate.get("bound", ""))} {_limit(gate.get("limit"))}</span>',
    )


def _note(note: str) -> str:
    """Below the slice: a column of its own would be too narrow beside those of figures."""
    return f'<div class="soft small">{cut(note, 300)}</div>' if note else ""


def _gain(gate: Mapping[str, Any]) -> str:
    if gate.get("bound") != "min_change":
        return ""
    span = interval(gate.get("change_low"), gate.get("change_high"))
    return signed(gate.get("change")) + (f" ({span})" if span else "")


def _limit(value: float | None) -> str:
    return "" if value is None else plain(float(f"{value:.4g}"))
