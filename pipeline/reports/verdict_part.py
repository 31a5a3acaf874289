"""The parts of the data report that show what DataGate found."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from pipeline.reports.figures import percent, plain
from pipeline.reports.findings import sentence, share
from pipeline.reports.tables import table

_MEASURED_IN_SHARES = frozenset(
    {
        "ENUM_TYPE_UNEXPECTED_STRING_VALUES",
        "FEATURE_TYPE_LOW_FRACTION_PRESENT",
        "FEATURE_TYPE_NOT_PRESENT",
        "SCHEMA_MISSING_COLUMN",
    }
)
_ABOUT_DISTANCES = (
    "0 is alike, 1 is altogether different: Jensen-Shannon divergence for numbers, "
    "L-infinity for categories. Without a limit in the schema a distance stops nothing."
)


def findings_part(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yields the HTML of what breaks the contract.

    Args:
        verdict: As DataGate wrote it; empty if it has not.
    """
    yield "<h2>Findings</h2>"
    if not verdict:
        yield '<p class="warn">The rows were not validated in this run.</p>'
        return
    found = verdict.get("findings", ())
    if not found:
        yield '<p class="ok">The rows keep the contract.</p>'
        return
    yield from table(
        ("severity", "column", "what", "share", "measured", "bound", "first seen in"),
        map(_finding, found),
        is_stacked=True,
    )


def _finding(finding: Mapping[str, Any]) -> Sequence[str]:
    severity, column, kind = (finding[name] for name in ("severity", "column", "kind"))
    return (
        f'<span class="{severity}">{severity}</span>',
        f'<div class="column">{_broken(column)}</div>'
        f'<div class="soft">{escape(finding["split"])} rows</div>',
        f'<div>{_unbroken(sentence(finding))}</div><div class="soft kind">{_broken(kind)}</div>',
        _of_rows(finding),
        _measured(finding, "value"),
        _measured(finding, "threshold"),
        "<br>".join(map(_place, finding.get("rows", ()))),
    )


def _broken(name: str) -> str:
    """A name that may be broken behind its underscores, and better not elsewhere."""
    return escape(name).replace("_", "_<wbr>")


def _of_rows(finding: Mapping[str, Any]) -> str:
    part = share(finding)
    return _unbroken(str(part).removesuffix(" of rows")) if part else ""


def _unbroken(text: str) -> str:
    """A text in which no line ends before a percent sign."""
    return escape(text).replace(" %", "&nbsp;%")


def _measured(finding: Mapping[str, Any], name: str) -> str:
    value = finding.get(name)
    if value is None:
        return ""
    text = percent(value) if finding["kind"] in _MEASURED_IN_SHARES else plain(value)
    return f'<span class="whole">{text}</span>'


def _place(row: Mapping[str, Any]) -> str:
    where = f"line {row['line']}" if row.get("line") is not None else f"row {row.get('row')}"
    value = f": {row['value']!r}" if row["value"] else ""
    return escape(f"{row['path'].rpartition('/')[2]}: {where}{value}")


def distances_part(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yields the HTML of how far the rows are from those that they are compared with.

    Args:
        verdict: As DataGate wrote it; empty if it has not.
    """
    yield "<h2>Drift and skew</h2>"
    for what in verdict.get("not_checked", ("drift and skew",)):
        yield f'<p class="warn">Not checked: {escape(what)}.</p>'
    measured: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for distance in verdict.get("distances", ()):
        measured.setdefault((distance["kind"], distance["baseline"]), []).append(distance)
    if measured:
        yield f'<p class="soft">{_ABOUT_DISTANCES}</p>'
    yield '<div class="beside">'
    for (kind, baseline), distances in measured.items():
        yield f'<div><h3>{escape(kind)} against <span class="whole">{escape(baseline)}</span></h3>'
        yield from table(
            ("column", "#distance", "#at most"),
            (
                (escape(d["column"]), _judged(d), plain(d["threshold"]))
                for d in sorted(distances, key=_nearness)
            ),
        )
        yield "</div>"
    yield "</div>"


def _nearness(distance: Mapping[str, Any]) -> tuple[bool, float]:
    """What is limited comes first, by how near it is to its limit; then what is not, by size."""
    value, limit = distance["value"], distance["threshold"]
    if limit is None:
        return True, -value
    return False, -value / limit if limit else -float("inf") * bool(value)


def _judged(distance: Mapping[str, Any]) -> str:
    is_over = distance["threshold"] is not None and distance["value"] > distance["threshold"]
    text = f"{distance['value']:.4f}"
    return f'<span class="block">{text}</span>' if is_over else text
