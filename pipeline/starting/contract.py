"""The schema of a table, as text that people will edit."""

import math
from collections.abc import Iterator

from google.protobuf import text_format

from pipeline.starting.deciding import Decisions
from pipeline.starting.profile import Profile, Table
from pipeline.starting.wishes import Wishes

_MOST_DOMAIN_VALUES = 50
_MOST_CODES = 12
_ROWS_A_CODE = 20
# Values that are new in the next data may make up the rest before that is a finding.
_DOMAIN_MASS = 0.9
_WIDEST_CLASS_RANGE = 100
_SLACK = 0.05


def schema_text(table: Table, decisions: Decisions, wishes: Wishes) -> tuple[str, dict[str, str]]:
    """Writes the schema.

    It is wide enough for every part of the rows that it was made from: a split has its own shares
    of missing and of rare values.

    Returns:
        The schema in text format; and for each feature its kind in words.
    """
    blocks = [
        f"# What `tfxp init` made of {table.rows:,} rows: the contract with the data. Edit it,",
        "# keep it in git. A column with a shape is in every row; the others may be missing.",
        "",
        'default_environment: "TRAINING"',
        'default_environment: "SERVING"',
    ]
    kinds: dict[str, str] = {}
    for column in table.columns.values():
        if column.name in wishes.private:
            continue
        if column.name == wishes.label:
            lines = list(_label_lines(column, table, decisions))
        else:
            kind, lines = _feature(column, table)
            if column.name not in decisions.dropped:
                kinds[column.name] = kind
        comment = decisions.dropped.get(column.name)
        blocks += ["", *([f"# Left out of the features: {_one_line(comment)}"] if comment else [])]
        blocks += ["feature {", f"  name: {_quoted(column.name)}", *(f"  {line}" for line in lines)]
        blocks.append("}")
    return "\n".join(blocks) + "\n", kinds


def _feature(column: Profile, table: Table) -> tuple[str, list[str]]:
    presence = list(_presence(column, table))
    if column.is_date:
        form = "%Y-%m-%d %H:%M:%S" if any(":" in value for value in column.counts) else "%Y-%m-%d"
        return "dates", [
            "type: BYTES",
            *presence,
            f'time_domain {{ string_format: "{form}" }}',
        ]
    if column.is_number:
        return _number(column, presence)
    lines = ["type: BYTES", *presence]
    if column.is_prose:
        return "texts", [*lines, "natural_language_domain {}"]
    is_closed = not column.has_more and column.distinct <= _MOST_DOMAIN_VALUES
    if is_closed and column.distinct < column.present / 2 and not table.is_sample:
        lines += _domain(sorted(column.counts))
        lines.append(f"distribution_constraints {{ min_domain_mass: {_DOMAIN_MASS} }}")
    return "categories", lines


def _number(column: Profile, presence: list[str]) -> tuple[str, list[str]]:
    if not column.is_whole:
        return "numbers", ["type: FLOAT", *presence]
    codes = 2 < column.distinct <= _MOST_CODES
    if codes and column.present >= _ROWS_A_CODE * column.distinct:
        # Few numbers that repeat: the model may learn each for itself.
        return "categories", ["type: INT", *presence, "int_domain { is_categorical: true }"]
    return "numbers", ["type: INT", *presence]


def _label_lines(label: Profile, table: Table, decisions: Decisions) -> Iterator[str]:
    values = sorted(label.counts)
    is_class = decisions.task != "regression"
    numbers = [int(float(value)) for value in values] if is_class and label.is_whole else []
    if is_class and numbers and max(numbers) - min(numbers) < _WIDEST_CLASS_RANGE:
        yield "type: INT"
        yield from _presence(label, table)
        yield f"int_domain {{ min: {min(numbers)} max: {max(numbers)} is_categorical: true }}"
    elif is_class:
        yield "type: BYTES"
        yield from _presence(label, table)
        yield from _domain(values)
    else:
        yield "type: INT" if label.is_whole else "type: FLOAT"
        yield from _presence(label, table)
    yield 'not_in_environment: "SERVING"'


def _presence(column: Profile, table: Table) -> Iterator[str]:
    if not column.present:
        yield "value_count { min: 1 max: 1 }"
    elif not column.missing and not table.is_sample:
        yield "presence { min_fraction: 1 min_count: 1 }"
        yield "shape {}"
    else:
        share = column.present / column.rows
        # Three standard deviations of the share in a tenth of the rows, and a little more.
        noise = 3 * math.sqrt(share * (1 - share) / max(column.rows / 10, 1))
        least = math.floor(100 * max(share - noise - _SLACK, 0)) / 100
        if least > 0:
            yield f"presence {{ min_fraction: {least} min_count: 1 }}"
        yield "value_count { min: 1 max: 1 }"


def _domain(values: list[str]) -> Iterator[str]:
    yield "string_domain {"
    yield from (f"  value: {_quoted(value)}" for value in values)
    yield "}"


def _quoted(text: str) -> str:
    return f'"{text_format.text_encoding.CEscape(text, as_utf8=True)}"'


def _one_line(text: str) -> str:
    return " ".join(text.split())
