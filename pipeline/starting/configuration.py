"""The configuration of a table, as text that people will edit."""

import math
from collections.abc import Iterator

from pipeline.config.toml_text import toml_key, toml_value
from pipeline.starting.deciding import Decisions, Wishes
from pipeline.starting.profile import Profile, Table

_SMALL_ROWS, _MIDDLE_ROWS, _LARGE_ROWS = 1_000, 10_000, 100_000


def configuration_text(
    name: str, location: str, table: Table, decisions: Decisions, wishes: Wishes
) -> str:
    """Writes the *what* file."""
    lines = [
        f"# What is trained for {name}, and what is good enough; `tfxp init` made it.",
        "# What is not stated here has a default: `tfxp config show` prints the effective whole.",
        "",
        f"name = {toml_value(name)}",
        f"task = {toml_value(decisions.task)}",
        "",
        "[data]",
        f"input = {toml_value(location)}",
        f"schema = {toml_value(f'schema/{name}/schema.pbtxt')}",
        *_split(table, wishes),
        *(_private(wishes)),
        "",
        "[label]",
        f"column = {toml_value(wishes.label)}",
        *([f"positive = {toml_value(decisions.positive)}"] if decisions.positive else []),
        *_dropped(decisions),
        "",
        "[training]",
        *_training(table),
        *_gates(table.columns[wishes.label], decisions, table),
    ]
    return "\n".join(lines) + "\n"


def _split(table: Table, wishes: Wishes) -> Iterator[str]:
    large = table.rows >= _MIDDLE_ROWS
    yield f"splits = {{ train = {4 if large else 2}, eval = 1 }}"
    if wishes.time:
        yield "# Train on the past, judge on the newest rows."
        yield 'split_by = "time"'
        yield f"split_column = {toml_value(wishes.time)}"
    if wishes.entity:
        yield "# All rows of one entity go to one split."
        yield 'split_by = "entity"'
        yield f"split_column = {toml_value(wishes.entity)}"


def _private(wishes: Wishes) -> Iterator[str]:
    for name in wishes.private:
        yield f'columns.{toml_key(name)}.privacy = "identifier"'


def _dropped(decisions: Decisions) -> Iterator[str]:
    if not decisions.dropped:
        return
    yield from ("", "[features]", "drop = [")
    for name, why in decisions.dropped.items():
        yield f"    {toml_value(name)},  # {' '.join(why.split())}"
    yield "]"
    if decisions.suspects:
        yield "# A leakage suspect is hardly known in time. If it really is there when the model is"
        yield "# asked, take it out of this list."


def _training(table: Table) -> Iterator[str]:
    if table.rows < _SMALL_ROWS:
        steps, batch, units = 400, 32, [64, 32]
    elif table.rows < _MIDDLE_ROWS:
        steps, batch, units = 800, 128, [128, 64]
    elif table.rows < _LARGE_ROWS:
        steps, batch, units = 1500, 256, [128, 64]
    else:
        steps, batch, units = 3000, 256, [128, 64]
    yield f"steps = {steps}"
    yield f"batch_size = {batch}"
    yield f"hidden_units = {toml_value(units)}"


def _gates(label: Profile, decisions: Decisions, table: Table) -> Iterator[str]:
    match decisions.task:
        case "binary":
            metric, least, why = "auc", 0.55, "Better than chance, which is 0.5."
        case "multiclass":
            share = max(label.counts.values()) / label.present
            least = max(math.floor(100 * (share - 0.02)) / 100, 0.01)
            metric, why = "accuracy", f"Always the commonest class would be right in {share:.0%}."
        case "regression":
            metric, least, why = "r2", 0.01, "Better than always the mean, which is 0."
    yield from ("", "[[evaluation.gates]]", f"# {why} Raise it to what you need.")
    yield from (f'metric = "{metric}"', f"min = {least}")
    change = -0.1 if table.rows < _SMALL_ROWS else -0.03 if table.rows < _MIDDLE_ROWS else -0.01
    yield from ("", "[[evaluation.gates]]", "# Against the stable model, if there is one.")
    yield from (f'metric = "{metric}"', f"min_change = {change}")
