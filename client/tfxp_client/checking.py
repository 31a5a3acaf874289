"""Rows held against what the model takes, before anything is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfxp_client.contract import Contract
from tfxp_client.errors import RowProblem
from tfxp_client.names import known_names, tensor_name
from tfxp_client.tables import ABSENT, Table
from tfxp_client.values import Rule, convert, kind_of


@dataclass(frozen=True)
class Checked:
    """Columns as the model takes them.

    Attributes:
        columns: By input of the signature: one value a row.
        problems: What is wrong; with any, the columns are not to be sent.
    """

    columns: Mapping[str, Sequence[Any]]
    problems: Sequence[RowProblem]


def check(
    table: Table,
    inputs: Mapping[str, str],
    contract: Contract | None,
    passed_over: Collection[str] = (),
) -> Checked:
    """Brings rows into the form of a signature.

    A value that is None or NaN is missing. With a schema, a column may be left out that the schema
    lets be missing, and one that the model does not ask for is passed over if the schema has it.
    Without one, each row has a value or None for each column that the model asks for, and no other.

    Args:
        table: The rows.
        inputs: By name of the tensor, its type.
        contract: The schema, if there is one.
        passed_over: Columns that may be there although the model does not take them.
    """
    names = _own_names(inputs, contract)
    found: dict[str, str] = {}
    problems = []
    for name in table.columns:
        wanted = name if name in inputs else tensor_name(name)
        if wanted in inputs:
            if wanted in found:
                text = f"given beside {found[wanted]!r}, which is the same column"
                problems.append(RowProblem(text, column=name))
            found[wanted] = name
        elif name not in passed_over and name not in (contract or ()):
            text = f"the model has no such column; {known_names(name, list(names.values()))}"
            problems.append(RowProblem(text, column=name))
    columns = {}
    absent: dict[str, Rule] = {}
    for wanted, dtype in inputs.items():
        name = names[wanted]
        rule = _rule(name, dtype, contract)
        if wanted in found:
            values = table.columns[found[wanted]]
        elif rule.may_be_absent and rule.may_be_missing:
            values = [ABSENT] * table.rows
        else:
            absent[name] = rule
            continue
        columns[wanted], wrong = convert(values, rule)
        problems += [RowProblem(text, row, found.get(wanted, name)) for row, text in wrong]
    problems += _absent(absent)
    return Checked(columns, sorted(problems, key=_first_rows_first))


def _rule(name: str, dtype: str, contract: Contract | None) -> Rule:
    column = contract.get(name) if contract else None
    return Rule(
        kind_of(dtype),
        may_be_missing=column is None or column.may_be_missing,
        may_be_absent=column is not None,
    )


def _own_names(inputs: Mapping[str, str], contract: Contract | None) -> dict[str, str]:
    """By input, the name of its column: of the schema, else that of the tensor."""
    names = {tensor_name(name): name for name in contract or ()}
    return {wanted: names.get(wanted, wanted) for wanted in inputs}


def _absent(rules: Mapping[str, Rule]) -> list[RowProblem]:
    """One problem for all columns that no row has."""
    if not rules:
        return []
    is_asked_for = not all(rule.may_be_missing for rule in rules.values())
    if len(rules) > 1:
        listed = ", ".join(map(repr, rules))
        end = "the schema asks for them" if is_asked_for else "give None where there is no value"
        return [RowProblem(f"no row has the columns {listed}; {end}")]
    ((name, rule),) = rules.items()
    expected = rule.kind.expected
    text = (
        f"no row has it, and the schema asks for it; expected {expected}"
        if is_asked_for
        else f"no row has it; expected {expected}, or None where there is no value"
    )
    return [RowProblem(text, column=name)]


def _first_rows_first(problem: RowProblem) -> int:
    return -1 if problem.row is None else problem.row
