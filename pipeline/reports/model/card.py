"""The model card, after Mitchell et al., Model Cards for Model Reporting, FAT* 2019."""

import datetime
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from pipeline.reports.figures import percent
from pipeline.reports.model.metrics import main_metric, overall, slices_of
from pipeline.reports.model.reading import RunFacts, says
from pipeline.reports.model.words import cut, definitions, in_words, interval, measured
from pipeline.reports.tables import table

_TASKS = {
    "binary": "answers the probability of",
    "multiclass": "answers the probability of each class of",
    "regression": "answers the value of",
}


def card_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the card."""
    yield from definitions(
        {
            "purpose": purpose(facts),
            "task": cut(facts.task),
            "label": _label(facts),
            "rows": _rows(facts),
            "data": _data(facts),
            "left out": ", ".join(map(cut, _left_out(facts))),
            "schema": _schema(facts),
            "metrics": list(_metrics(facts)),
            "limits": list(_limits(facts)),
            "made from": list(_lineage(facts)),
        }
    )


def purpose(facts: RunFacts) -> str:
    """What the model is for, in a sentence."""
    return f"{cut(facts.what['name'])} {_TASKS[facts.task]} {_meaning(facts.what['label'])}."


def _meaning(label: Mapping[str, Any]) -> str:
    column = cut(label["column"])
    if label.get("of"):
        return f"{column} above {label['share']} of {cut(label['of'])}"
    return f"{column} = {cut(label['positive'])}" if label.get("positive") else column


def _label(facts: RunFacts) -> list[str]:
    lines = [_meaning(facts.what["label"])]
    balance = json.loads(facts.made("ExampleGen", "examples", "label_balance") or "{}")
    for split, counts in balance.items():
        total = sum(counts.values())
        shown = sorted(counts.items(), key=lambda entry: -entry[1])[:10]
        shares = ", ".join(f"{cut(value)} {percent(count / total)}" for value, count in shown)
        if total:
            lines.append(f'<span class="soft">{cut(split)}: {shares}</span>')
    return lines


def _rows(facts: RunFacts) -> str:
    read = facts.made("ExampleGen", "examples", "rows_in")
    if read is None:
        return '<span class="warn">not read in this run</span>'
    splits = [
        f"{cut(name)} {count:,}"
        for name in _split_names(facts.what["data"])
        if (count := facts.made("ExampleGen", "examples", f"rows_{name}")) is not None
    ]
    aside = facts.made("ExampleGen", "examples", "rows_quarantined") or 0
    return f"{read:,} read: {', '.join([*splits, f'quarantine {aside:,}'])}"


def _split_names(data: Mapping[str, Any]) -> list[str]:
    starts = data.get("split_starts") or {}
    return list(dict.fromkeys(["train", *starts])) if starts else list(data.get("splits") or {})


def _data(facts: RunFacts) -> list[str]:
    spans = facts.made("ExampleGen", "examples", "spans")
    return [
        cut(facts.what["data"]["input"], 300),
        f"spans {cut(spans, 300)}" if spans else "",
        _fingerprint("files", facts.made("ExampleGen", "examples", "input_fingerprint")),
    ]


def _schema(facts: RunFacts) -> list[str]:
    step = facts.steps.get("ImportSchemaGen")
    return [
        cut(says(step), 300) if step else cut(facts.what["data"]["schema"], 300),
        _fingerprint("version", facts.made("ImportSchemaGen", "schema", "fingerprint")),
    ]


def _fingerprint(what: str, value: str | None) -> str:
    return f'<span class="soft kind">{what} {cut(value, 16)}</span>' if value else ""


def _left_out(facts: RunFacts) -> list[str]:
    dropped = list(facts.what.get("features", {}).get("drop") or ())
    rules = facts.what["data"].get("columns") or {}
    return [*dropped, *(f"{name} (personal data)" for name in rules)]


def _metrics(facts: RunFacts) -> Iterator[str]:
    entry = overall(facts)
    if not entry:
        yield '<span class="warn">not measured in this run</span>'
        return
    for name, values in entry["metrics"].items():
        span = interval(values.get("low"), values.get("high"))
        beside = [
            f"{model} {measured(values.get(key))}"
            for model, key in (("stable", "baseline"), ("trivial", "trivial"))
            if values.get(key) is not None
        ]
        yield f"{cut(name)} {measured(values.get('candidate'))}" + (
            f' <span class="soft">({"; ".join(filter(None, [span, *beside]))})</span>'
            if span or beside
            else ""
        )


def _limits(facts: RunFacts) -> Iterator[str]:
    """What the run itself knows that should not be asked of the model."""
    entry, slices = overall(facts), slices_of(facts)
    if entry:
        yield f"Judged on {entry['rows']:,} rows like those that it was trained on."
    weak = (facts.files.get("weak slices") or {}).get("slices") or ()
    for found in weak[:3]:
        yield (
            f"Weak where {cut(found['slice'], 120)} ({found['rows']:,} rows): "
            f"{cut(facts.files['weak slices']['metric'])} {measured(found['candidate'])}, "
            f"all rows {measured(facts.files['weak slices'].get('overall'))}."
        )
    tiny = [s for s in slices if s["rows"] < 100]
    if tiny:
        metric = main_metric(facts, slices)
        many = f"{len(tiny)} of {len(slices)} slices"
        yield f"Fewer than 100 rows: {many}; {cut(metric)} is noisy there."
    for column in (facts.files.get("fairness") or {}).get("columns", ()):
        left = [g for g in column["groups"] if not g.get("judged")]
        if left:
            named = ", ".join(cut(group["value"]) for group in left[:5])
            more = ", …" if len(left) > 5 else ""
            yield f"Too small to judge, of {cut(column['column'])}: {named}{more}."
    if not (facts.files.get("fairness") or {}).get("columns"):
        yield "Not judged for fairness between groups."
    for what in (facts.files.get("data verdict") or {}).get("not_checked", ()):
        yield f"Not checked: {cut(what, 200)}."


def _lineage(facts: RunFacts) -> Iterator[str]:
    began = datetime.datetime.fromtimestamp(facts.started_at)
    yield f"run {cut(facts.run_id)}, {began:%Y-%m-%d %H:%M}"
    yield _fingerprint("configuration", facts.config_fingerprint)
    yield _fingerprint("code", facts.code_version)
    yield f'<span class="soft kind">seed {facts.what["training"].get("seed", "")}</span>'


def lineage_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of every step: how it ended, what it made, and in which run."""
    names = list(dict.fromkeys([*facts.nodes, *facts.steps]))
    yield from table(
        ("step", "ended", "#seconds", "said", "execution", "artifacts"),
        [_step(facts, name) for name in names],
        is_stacked=True,
    )


def _step(facts: RunFacts, name: str) -> tuple[str, ...]:
    step = facts.steps.get(name)
    if step is None:
        return cut(name), '<span class="soft">not run</span>', "", "", "", ""
    kind = {"done": "ok", "cached": "soft", "failed": "block"}.get(step.state, "warn")
    word = step.state
    # A gate that stops the rows ends like a step that failed; the run knows which it was.
    if name in facts.refusals or (step.state == "failed" and facts.outcome == "refused"):
        kind, word = "block", "refused"
    made = [
        f'<span class="kind">{escape(key)} {artifact.id}{_of_run(facts, artifact)}</span>'
        for key, artifacts in step.outputs.items()
        for artifact in artifacts
    ]
    return (
        f'<span class="whole">{cut(name)}</span>',
        f'<span class="whole {kind}">{word}</span>',
        "" if step.seconds is None else f"{step.seconds:.1f}",
        cut(says(step) or step.error, 300),
        str(step.execution_id),
        "<br>".join(made),
    )


def _of_run(facts: RunFacts, artifact: Any) -> str:
    name = artifact.custom_properties["name"].string_value
    run_id = name.partition(":")[0]
    return f" of run {cut(run_id)}" if run_id and run_id != facts.run_id else ""


def configuration_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the effective configuration."""
    if not facts.is_configuration_kept:
        yield '<p class="warn">This run kept no configuration; what follows is that of today.</p>'
    yield "<details><summary>Every key and its value</summary><div>"
    yield from table(("key", "value"), [(cut(k, 200), in_words(v)) for k, v in flat(facts.what)])
    yield "</div></details>"


def flat(section: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yields every key with dots and its value; tables in lists are numbered."""
    for name, value in section.items():
        key = f"{path}{name}"
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{key}.")
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            for place, entry in enumerate(value):
                yield from flat(entry, f"{key}.{place}.")
        else:
            yield key, value
