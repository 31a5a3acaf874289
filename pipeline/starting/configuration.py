"""The configuration of a table, as text that people will edit."""

from collections.abc import Iterator

from pipeline.config.toml_text import toml_key, toml_value
from pipeline.starting.deciding import Decisions
from pipeline.starting.gates import gate_lines
from pipeline.starting.profile import Table
from pipeline.starting.splitting import shares
from pipeline.starting.wishes import Wishes


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
