"""Rows as tf.Examples, for models that take nothing else."""

from collections.abc import Collection, Sequence
from typing import Any

from tfxp_client import wire
from tfxp_client.contract import Contract
from tfxp_client.errors import RowProblem
from tfxp_client.names import known_names
from tfxp_client.tables import ABSENT, Table
from tfxp_client.values import Rule, convert, kind_of

_DTYPES = {"int": "int64", "float": "float32", "text": "string"}
_LISTS = {"int64": "int64_list", "float32": "float_list", "string": "bytes_list"}


def examples(
    table: Table, contract: Contract | None, passed_over: Collection[str] = ()
) -> tuple[list[bytes], list[RowProblem]]:
    """Returns serialized tf.Examples, one a row, and what is wrong with which rows.

    What a model takes in them its metadata do not say. With a schema, types are the schema's;
    without one those of the first value of each column that there is. A list is several values.
    What is missing is left out.
    """
    made = [wire.Example() for _ in range(table.rows)]
    problems: list[RowProblem] = []
    for name, values in table.columns.items():
        column = contract.get(name) if contract else None
        if contract and column is None and name in passed_over:
            continue
        if contract and column is None:
            text = f"the schema has no such column; {known_names(name, list(contract))}"
            problems.append(RowProblem(text, column=name))
            continue
        dtype = _DTYPES[column.kind] if column else _dtype_of(values)
        may_be_missing = column is None or column.may_be_missing or not column.is_served
        rule = Rule(kind_of(dtype), may_be_missing, may_be_absent=True)
        for row, value in enumerate(values):
            sent, wrong = convert(_several(value), rule)
            problems += [RowProblem(text, row, name) for _, text in wrong]
            there = [one for one in sent if one == one and one != rule.kind.missing]
            if there and not wrong:
                feature = made[row].features.feature[name]
                getattr(feature, _LISTS[dtype]).value.extend(there)
    for name, column in (contract or {}).items():
        if column.is_served and not column.may_be_missing and name not in table.columns:
            problems.append(RowProblem("no row has it, and the schema asks for it", column=name))
    return [example.SerializeToString() for example in made], problems


def _several(value: Any) -> Sequence[Any]:
    # numpy's arrays and scalars both have it.
    value = value.tolist() if hasattr(value, "tolist") else value
    return value if isinstance(value, list | tuple) else [value]


def _dtype_of(values: Sequence[Any]) -> str:
    """Of the values that there are; whole numbers beside others are numbers like them."""
    found = {
        type(one)
        for value in values
        for one in _several(value)
        if one is not None and one is not ABSENT
    }
    if found & {str, bytes}:
        return "string"
    return "float32" if float in found else "int64"
