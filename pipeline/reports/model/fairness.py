"""The part about groups: rates by group, their gaps, and which groups are too small to judge."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from pipeline.reports.figures import plain
from pipeline.reports.model.charts import COLOURS, MARKS, Chart, axis, drawn, label, numbers, short
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.model.words import cut, interval, measured, missing
from pipeline.reports.tables import table

_NAMES = {
    "fpr": "false positive rate",
    "fnr": "false negative rate",
    "positive_rate": "share answered 1",
}
_SHOWN = 20
_NAMED = 10
_MIDDLE = 0.5


def fairness_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of every sensitive column."""
    columns = (facts.files.get("fairness") or {}).get("columns", ())
    if not columns:
        why = facts.absent.get("fairness", "")
        declared = (facts.what["evaluation"].get("fairness") or {}).get("columns")
        yield missing(
            "Not judged by groups", why if declared else "no sensitive column is declared"
        )
        return
    for place, entry in enumerate(columns):
        yield f"<h3>{cut(entry['column'])}</h3>"
        yield from drawn([_chart(f"fairness-{place}", entry)])
        yield from _gaps(entry)
        yield from _groups(entry)


def _nearest(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    thresholds: Sequence[Mapping[str, Any]] = entry.get("thresholds", ())
    return min(thresholds, key=lambda t: abs(t["threshold"] - _MIDDLE), default=None)


def _chart(name: str, entry: Mapping[str, Any]) -> Chart | None:
    at = _nearest(entry)
    if at is None or not any(m.get("by_group") for m in at["metrics"].values()):
        return None
    groups = [group["value"] for group in entry["groups"] if group.get("judged")][:_SHOWN]
    if not groups:
        return None
    traces = [
        go.Scatter(
            x=numbers([metric["by_group"].get(group) for group in groups]),
            y=[f"{label(group, 26)} " for group in groups],
            name=_NAMES.get(kind, kind),
            mode="markers",
            marker={"color": COLOURS[place], "symbol": MARKS[place], "size": 10},
        )
        for place, (kind, metric) in enumerate(at["metrics"].items())
    ]
    gaps = ", ".join(
        f"{_NAMES.get(kind, kind)} {measured(metric.get('gap'))}"
        for kind, metric in at["metrics"].items()
        if metric.get("gap") is not None
    )
    return Chart(
        name,
        f"Rates by {short(entry['column'])}",
        f"At the threshold {plain(at['threshold'])}; the gaps: {gaps or 'not defined'}.",
        traces,
        {
            "xaxis": axis("rate (share)"),
            "yaxis": axis("group", type="category", autorange="reversed"),
        },
        height=140 + 26 * len(groups),
        is_wide=True,
    )


def _gaps(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from table(
        ("#threshold", "rate", "#gap", "95 % interval", "lowest", "highest"),
        [
            (
                plain(at["threshold"]),
                _NAMES.get(kind, cut(kind)),
                measured(metric.get("gap")) or "undefined",
                interval(metric.get("low"), metric.get("high")),
                *_ends(metric.get("by_group") or {}),
            )
            for at in entry.get("thresholds", ())
            for kind, metric in at["metrics"].items()
        ],
        is_stacked=True,
    )


def _ends(by_group: Mapping[str, float | None]) -> tuple[str, str]:
    known = {group: rate for group, rate in by_group.items() if rate is not None}
    if not known:
        return "", ""
    low = min(known, key=lambda group: known[group])
    high = max(known, key=lambda group: known[group])
    return f"{cut(low)}: {measured(known[low])}", f"{cut(high)}: {measured(known[high])}"


def _groups(entry: Mapping[str, Any]) -> Iterator[str]:
    groups = entry["groups"]
    left = [group for group in groups if not group.get("judged")]
    partly = [group for group in groups if group.get("judged") and group.get("why_not")]
    for what, found in (("Not judged", left), ("Judged in part", partly)):
        if found:
            named = "; ".join(
                f"{cut(g['value'])} ({g['rows']:,} rows{_because(g)})" for g in found[:_NAMED]
            )
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            yield f'<p class="soft">{what}: {named}{more}.</p>'


def _because(group: Mapping[str, Any]) -> str:
    return f", {cut(group['why_not'])}" if group.get("why_not") else ""
