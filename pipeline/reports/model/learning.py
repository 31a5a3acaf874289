"""The parts about how the model was made: fitting, tuning, parity."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from pipeline.reports.figures import plain
from pipeline.reports.model.charts import COLOURS, DASHES, GREY, Chart, axis, drawn, numbers
from pipeline.reports.model.reading import RunFacts, says
from pipeline.reports.model.words import cut, definitions, in_words, measured, missing
from pipeline.reports.tables import table

_SHOWN_TRIALS = 50


def training_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the training curves and of what was carried over."""
    training = facts.files.get("training")
    if training is None:
        yield missing("No training curves", facts.absent["training"])
        return
    yield from drawn([training_chart({"": training}), _speed(training)])
    yield from definitions(
        {
            "temperature": plain(training.get("temperature")),
            "began from": _began(training.get("warm_start")),
        }
    )
    options = training.get("options") or {}
    if options:
        yield "<details><summary>Options of the training</summary><div>"
        yield from table(
            ("option", "value"), [(cut(name), in_words(value)) for name, value in options.items()]
        )
        yield "</div></details>"


def training_chart(runs: Mapping[str, Mapping[str, Any]]) -> Chart | None:
    """The loss on fitted and on held-out rows at every look.

    Args:
        runs: Name of a run, empty where there is one, to its `training.json`.
    """
    traces, told = [], []
    for place, (name, training) in enumerate(runs.items()):
        looks = training.get("looks") or []
        if not looks:
            continue
        for key, dash in (("fitted", "dot"), ("held_out", "solid")):
            traces.append(
                go.Scatter(
                    x=[look["step"] for look in looks],
                    y=numbers([_number(look.get(key)) for look in looks]),
                    name=f"{key.replace('_', ' ')} rows{f', {name}' if name else ''}",
                    mode="lines" if len(looks) > 1 else "markers",
                    line={
                        "color": COLOURS[place if len(runs) > 1 else key == "held_out"],
                        "dash": dash,
                        "width": 2,
                    },
                )
            )
        known = [look for look in looks if look.get("held_out") is not None]
        if known:
            best = min(known, key=lambda look: look["held_out"])
            told.append(
                f"{f'{name}: ' if name else ''}least on held-out rows {measured(best['held_out'])} "
                f"at step {best['step']:,} of {looks[-1]['step']:,}"
            )
    if not traces:
        return None
    return Chart(
        "training",
        "Loss while fitting",
        f"{'; '.join(told) or 'no held-out rows'}.",
        traces,
        {"xaxis": axis("step (batches)"), "yaxis": axis("loss")},
        is_wide=len(runs) > 1,
    )


def _speed(training: Mapping[str, Any]) -> Chart | None:
    looks = [look for look in training.get("looks") or [] if look.get("rows_per_s") is not None]
    if not looks:
        return None
    seconds = looks[-1].get("seconds")
    took = f" It took {plain(round(seconds, 1))} s." if seconds is not None else ""
    return Chart(
        "speed",
        "Rows a second",
        f"At the end {looks[-1]['rows_per_s']:,.0f} rows a second.{took}",
        [
            go.Scatter(
                x=[look["step"] for look in looks],
                y=numbers([look["rows_per_s"] for look in looks]),
                mode="lines" if len(looks) > 1 else "markers",
                name="rows a second",
                line={"color": COLOURS[2], "dash": DASHES[0], "width": 2},
            )
        ],
        {
            "xaxis": axis("step (batches)"),
            "yaxis": axis("rows a second", rangemode="tozero"),
            "showlegend": False,
        },
    )


def _began(warm: Mapping[str, Any] | None) -> str:
    if not warm:
        return "nothing: a cold start"
    left = "; ".join(f"{cut(entry['what'])}: {cut(entry['why'], 200)}" for entry in warm["left"])
    carried = len(warm["carried"])
    return f"version {cut(warm['from_version'])}, {carried} parts carried over" + (
        f"; not carried over: {left}" if left else ""
    )


def tuning_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of the tuning trials."""
    found = facts.files.get("trials")
    if found is None or not found.get("trials"):
        yield missing("Not tuned", _why_not_tuned(facts))
        return
    trials = sorted(found["trials"], key=lambda trial: _order(trial.get("held_out")))
    yield from drawn([_trials_chart(found)])
    names = list(dict.fromkeys(n for trial in trials for n in trial["hyperparameters"]))
    yield from table(
        ("trial", "#held out", "#seconds", "status", *names),
        [
            (
                f"<b>{cut(trial['id'])} (best)</b>"
                if trial["id"] == found.get("best")
                else cut(trial["id"]),
                measured(trial.get("held_out")),
                plain(round(trial["seconds"], 1)) if trial.get("seconds") is not None else "",
                _status(trial),
                *(
                    in_words(trial["hyperparameters"][n]) if n in trial["hyperparameters"] else ""
                    for n in names
                ),
            )
            for trial in trials[:_SHOWN_TRIALS]
        ],
    )


def _why_not_tuned(facts: RunFacts) -> str:
    imported = facts.steps.get("ImportHyperparameters")
    if imported is not None:
        return f"no search; the hyperparameters are stored ones: {says(imported)}"
    if (facts.what.get("tuning") or {}).get("algorithm", "none") == "none":
        return "tuning.algorithm is none"
    return facts.absent.get("trials", "no trial ran")


def _status(trial: Mapping[str, Any]) -> str:
    reason = f": {cut(trial['reason'], 200)}" if trial.get("reason") else ""
    return cut(trial.get("status", "")) + reason


def _trials_chart(found: Mapping[str, Any]) -> Chart | None:
    known = [t for t in found["trials"] if t.get("held_out") is not None]
    if not known:
        return None
    best = [trial["id"] == found.get("best") for trial in known]
    winner = next((trial for trial, is_best in zip(known, best, strict=True) if is_best), known[0])
    return Chart(
        "trials",
        "Tuning trials",
        f"{found['algorithm']}, by {found['objective']}: {len(found['trials'])} trials, the best "
        f"{winner['id']} with {measured(winner['held_out'])}.",
        [
            go.Scatter(
                x=list(range(1, len(known) + 1)),
                y=numbers([trial["held_out"] for trial in known]),
                text=[cut(trial["id"]) for trial in known],
                mode="markers",
                name="trial",
                marker={
                    "color": [COLOURS[1] if is_best else GREY for is_best in best],
                    "symbol": ["diamond" if is_best else "circle" for is_best in best],
                    "size": [13 if is_best else 9 for is_best in best],
                },
            )
        ],
        {
            "xaxis": axis("trial, in the order of the search", dtick=max(1, len(known) // 10)),
            "yaxis": axis("loss on held-out rows"),
            "showlegend": False,
        },
    )


def parity_part(facts: RunFacts) -> Iterator[str]:
    """Yields the HTML of how far signatures differ from the pipeline's own answers."""
    found = facts.files.get("parity")
    if found is None:
        yield missing("Not compared", facts.absent["parity"])
        return
    yield (
        f'<p class="soft">{found["rows"]:,} rows, through the pipeline and through each '
        f"signature; at most {plain(found['limit'])} may lie between them.</p>"
    )
    largest: dict[str, Mapping[str, Any]] = {}
    for difference in sorted(found["differences"], key=_undefined_first):
        largest.setdefault(difference["signature"], difference)
    yield from _differences(list(largest.values()), found["limit"])
    yield "<details><summary>Every output</summary><div>"
    yield from _differences(found["differences"], found["limit"])
    yield "</div></details>"


def _undefined_first(difference: Mapping[str, Any]) -> float:
    value = difference.get("largest")
    return -math.inf if value is None else -float(value)


def _differences(found: Sequence[Mapping[str, Any]], limit: float) -> Iterator[str]:
    yield from table(
        ("signature", "output", "#largest difference", "#row"),
        [
            (
                cut(d["signature"]),
                cut(d["output"]),
                _judged(d.get("largest"), limit),
                "" if d.get("row") is None else f"{d['row']:,}",
            )
            for d in found
        ],
    )


def _judged(value: float | None, limit: float) -> str:
    if value is None:
        return '<span class="block">undefined</span>'
    kind = "block" if value > limit else "ok"
    return f'<span class="{kind}">{value:.2g}</span>'


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _order(value: float | None) -> tuple[bool, float]:
    return value is None, value or 0.0
