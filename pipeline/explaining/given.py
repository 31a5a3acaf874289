"""Rows as a person gives them: JSON, checked against the schema before anything heavy is loaded."""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from tensorflow_metadata.proto.v0 import schema_pb2

from pipeline.config.problems import did_you_mean
from pipeline.errors import UserError
from schema.columns import SERVING, Column, columns

Row = Mapping[str, bytes | int | float]
"""Column to value; what is missing is left out."""

_EXAMPLE = """--row '{"fare": 9.5, "company": "Blue Cab"}', or --row @rows.json"""
_EXPECTED = {"int": "a whole number", "float": "a number", "bytes": "a text"}
_LARGEST_INT = 2**63 - 1
_LARGEST_FLOAT = 3.4e38


def given_rows(texts: Collection[str], contract: schema_pb2.Schema) -> list[Row]:
    """Returns the rows.

    Args:
        texts: Each a JSON object of column to value, or `@` and a file of one object or a list of
            them. null is a missing value, as is a column that is left out.
        contract: The curated schema.

    Raises:
        UserError: one of them is no JSON, has a column that the schema lacks, or a value of
            another type.
    """
    known = {column.name: column for column in columns(contract)}
    return [_checked(row, known, place) for text in texts for place, row in _objects(text)]


def require(row: Row, wanted: Collection[str], contract: schema_pb2.Schema) -> None:
    """Checks that columns are there that the schema does not let be missing.

    Raises:
        UserError: some are not; all are named.
    """
    lacking = [
        column.name
        for column in columns(contract, SERVING)
        if column.name in wanted and not column.may_be_missing and column.name not in row
    ]
    if lacking:
        names = ", ".join(map(repr, lacking))
        raise UserError(
            f"--row: no value of {names}; the schema does not let it be missing"
            if len(lacking) == 1
            else f"--row: no values of {names}; the schema does not let them be missing"
        )


def _objects(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object, and how to name its place."""
    place, content = "--row", text
    if text.startswith("@"):
        place = text[1:]
        try:
            content = Path(place).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text in UTF-8"
            raise UserError(f"--row {text}: {reason}") from error
    try:
        found = json.loads(content)
    except json.JSONDecodeError as error:
        spot = f"line {error.lineno}, column {error.colno}"
        raise UserError(
            f"{place}: not JSON: {error.msg} ({spot}); expected such as {_EXAMPLE}"
        ) from error
    several = found if isinstance(found, list) else [found]
    for number, row in enumerate(several, 1):
        where = f"{place}, row {number}" if isinstance(found, list) else place
        if not isinstance(row, dict):
            raise UserError(
                f"{where}: found {json.dumps(row)[:60]}; expected an object of column to value, "
                f"such as {_EXAMPLE}"
            )
        yield where, row
    if not several:
        raise UserError(f"{place}: an empty list; expected at least one row")


def _checked(row: Mapping[str, Any], known: Mapping[str, Column], place: str) -> Row:
    for name in row:
        if name not in known:
            near = did_you_mean(name, tuple(known))
            raise UserError(
                f"{place}: the schema has no column {name!r};{near} it has: {', '.join(known)}"
            )
    return {
        name: _value(value, known[name], place) for name, value in row.items() if value is not None
    }


def _value(value: Any, column: Column, place: str) -> bytes | int | float:
    match column.kind, value:
        case "bytes", str():
            return value.encode()
        case "int", bool():
            return int(value)
        case "int", int() if abs(value) <= _LARGEST_INT:
            return value
        case "int", float() if value.is_integer() and abs(value) < _LARGEST_INT:
            return int(value)
        case "float", int() | float() if not isinstance(value, bool) and _is_float32(value):
            return float(value)
    found = json.dumps(value, ensure_ascii=False)[:60]
    raise UserError(
        f"{place}: column {column.name!r}: found {found}; expected {_EXPECTED[column.kind]}, "
        "or null where it is missing"
    )


def _is_float32(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= _LARGEST_FLOAT
