"""The configuration of a table, as text that people will edit."""

from collections.abc import Iterator

from pipeline.config.toml_text import toml_key, toml_value
from pipeline.starting.deciding import Decisions
from pipeline.starting.gates import gate_lines
from pipeline.starting.profile import Table
from pipeline.starting.splitting import shares
from pipeline.starting.wishes import Wishes

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
        *_missing(decisions),
        *_private(wishes),
        "",
        "[label]",
        f"column = {toml_value(wishes.label)}",
        *([f"positive = {toml_value(decisions.positive)}"] if decisions.positive else []),
        *_dropped(decisions),
        "",
        "[training]",
        *_training(table),
        *gate_lines(table.columns[wishes.label], decisions, table),
    ]
    return "\n".join(lines) + "\n"


def _split(table: Table, wishes: Wishes) -> Iterator[str]:
    parts = shares(table, table.columns[wishes.label])
    yield f"splits = {{ {', '.join(f'{name} = {share}' for name, share in parts.items())} }}"
    if wishes.time:
        yield "# Train on the past, judge on the newest rows."
        yield 'split_by = "time"'
        yield f"split_column = {toml_value(wishes.time)}"
    if wishes.entity:
        yield "# All rows of one entity go to one split."
        yield 'split_by = "entity"'
        yield f"split_column = {toml_value(wishes.entity)}"


def _missing(decisions: Decisions) -> Iterator[str]:
    if decisions.missing:
        yield "# In columns of numbers, these texts mean that nothing is there."
        yield f"missing = {toml_value(list(decisions.missing))}"


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
