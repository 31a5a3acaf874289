"""The page round the parts: one file with its style, its script and the plotting library."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from plotly.offline import get_plotlyjs

from pipeline.reports.model import (
    answers,
    card,
    explanation,
    fairness,
    learning,
    metrics,
    verdict,
    weak,
)
from pipeline.reports.model.reading import RunFacts
from pipeline.reports.verdict_part import distances_part, findings_part

_HERE = Path(__file__).parent
_STYLES = (_HERE.parent / "report.css", _HERE / "model.css")
# The browser itself refuses whatever the page should ask of anything but itself.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; font-src data:"
)


@dataclass(frozen=True)
class Part:
    """A part of the page.

    Attributes:
        name: Of its heading's anchor.
        title: Its heading.
        content: HTML.
    """

    name: str
    title: str
    content: Iterable[str]


def report(facts: RunFacts, now: datetime.datetime) -> str:
    """Returns the report on a run as HTML."""
    began = datetime.datetime.fromtimestamp(facts.started_at)
    parts = [
        Part("verdict", "Verdict", verdict.verdict_part(facts)),
        Part("card", "Model card", card.card_part(facts)),
        Part("metrics", "Metrics", metrics.metrics_part(facts)),
        Part("answers", "Answers", answers.answers_part(facts)),
        Part("slices", "Slices", metrics.slices_part(facts)),
        Part("fairness", "Fairness", fairness.fairness_part(facts)),
        Part("weakest", "Weakest slices", weak.weak_slices_part(facts)),
        Part("worst", "Worst rows", weak.worst_rows_part(facts)),
        Part("importance", "Importance", explanation.importance_part(facts)),
        Part("dependence", "Partial dependence", explanation.dependence_part(facts)),
        Part("training", "Training", learning.training_part(facts)),
        Part("tuning", "Tuning", learning.tuning_part(facts)),
        Part("parity", "Parity", learning.parity_part(facts)),
        Part("data", "Data", _data(facts)),
        Part("lineage", "Lineage", card.lineage_part(facts)),
        Part("configuration", "Configuration", card.configuration_part(facts)),
    ]
    lines = [f"run {facts.run_id}, begun {began:%Y-%m-%d %H:%M}", f"report made {_at(now)}"]
    return page(f"Model of {facts.what['name']}", lines, parts)


def page(title: str, lines: Sequence[str], parts: Sequence[Part]) -> str:
    """Returns parts as one HTML file that asks nothing of anything else."""
    style = "\n".join(path.read_text(encoding="utf-8") for path in _STYLES)
    script = (_HERE / "report.js").read_text(encoding="utf-8")
    links = " ".join(f'<a href="#{part.name}">{escape(part.title)}</a>' for part in parts)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body><main>",
            f"<h1>{escape(title)}</h1>",
            *(f'<p class="soft">{escape(line)}</p>' for line in lines),
            f"<nav>{links}</nav>",
            '<noscript><p class="warn">Charts need scripts to be allowed; all figures of the '
            "verdict and the tables are here without them.</p></noscript>",
            *_sections(parts),
            "</main>",
            f"<script>{get_plotlyjs()}</script>",
            f"<script>{script}</script></body></html>\n",
        ]
    )


def _sections(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        yield f'<section id="{part.name}"><h2>{escape(part.title)}</h2>'
        yield from part.content
        yield "</section>"


def _data(facts: RunFacts) -> Iterator[str]:
    found = facts.files.get("data verdict", {})
    yield from findings_part(found)
    yield from distances_part(found)
    yield '<p class="soft">Every column, with its histograms: tfxp data report.</p>'


def _at(now: datetime.datetime) -> str:
    return f"{now:%Y-%m-%d %H:%M}"
