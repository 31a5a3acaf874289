"""Which columns are no features, and why; and what should be known of those that are."""

import re
from collections.abc import Iterator

from pipeline.starting.profile import Profile, Table
from pipeline.starting.wishes import Wishes

_ID_WORD = re.compile(r"(^|[^a-z])(id|uuid|guid|rownum)([^a-z]|$)", re.IGNORECASE)
_ID_ENDING = re.compile(r"[a-z](Id|ID)$")
_ID_NAME = re.compile(r"(index|key|row|no|nr)", re.IGNORECASE)
_UNIQUE_SHARE = 0.9
_UNIQUE = "identifier-like: a different whole number in every row"
_MOSTLY = 0.5
# Seconds since 1970, from September 2001 to September 2039.
_FIRST_SECOND, _LAST_SECOND = 1_000_000_000, 2_200_000_000
_PER_SECOND = {"seconds": 1, "milliseconds": 1_000}


def why_not(column: Profile, table: Table, wishes: Wishes) -> str:
    """Why a column is no feature, whatever the label; empty if it may be one."""
    if column.name in wishes.ids:
        return "an identifier, as told"
    if column.name == wishes.entity:
        return "the entity that rows are split by"
    if not column.present:
        return "empty in every row"
    if column.distinct == 1 and not column.has_more and not column.missing:
        return f"always {next(iter(column.counts))!r}"
    if table.distinct_share(column) < _UNIQUE_SHARE or column.is_date or column.is_prose:
        return ""
    if column.is_number:
        return _why_not_number(column, table)
    if column.is_formatted:
        return f"numbers such as {column.texts[0]!r}, which are text here; write them as 1234.5"
    if column.number_rows >= _MOSTLY * column.present:
        return f"{_mixture(column)}, and hardly one repeats; {_REMEDY}"
    return "identifier-like: different in nearly every row"


def _why_not_number(column: Profile, table: Table) -> str:
    if not column.is_whole or column.missing:
        return ""
    if column.is_counter:
        return f"{_UNIQUE}, which only counts them"
    if is_named_id(column.name):
        is_unique = not column.has_more and column.distinct == column.present
        found = _UNIQUE if is_unique else "identifier-like: different in nearly every row"
        return f"{found}, and its name says so"
    return ""


def is_named_id(name: str) -> bool:
    """Whether a column is called like something that identifies rows."""
    return bool(_ID_WORD.search(name) or _ID_ENDING.search(name) or _ID_NAME.fullmatch(name))


_REMEDY = "mend those, or list what stands for missing in data.missing and make it FLOAT"


def column_remarks(column: Profile, *, is_label: bool) -> Iterator[str]:
    """Yields what the user should know of the values of a column that is used, a clause each."""
    name = f"{column.name!r}"
    if column.to_be_missing:
        shown = ", ".join(map(repr, column.to_be_missing))
        yield f"{name}: {shown} is taken for missing, as data.missing says"
    if is_label:
        return
    if column.is_prose:
        yield (
            f"{name}: free text, of which the model reads the words; if it tells of persons, "
            'declare it with privacy = "identifier" in data.columns'
        )
    elif unit := _time_unit(column):
        yield (
            f"{name}: whole numbers that may be {unit} since 1970; if so, add time_domain "
            f"{{ integer_format: UNIX_{unit.upper()} }} to its entry in the schema, and the model "
            "reads month, weekday and hour"
        )
    elif column.is_formatted:
        yield (
            f"{name}: numbers such as {column.texts[0]!r} are text here, and become categories; "
            "write them as 1234.5"
        )
    elif not column.are_numbers and column.number_rows >= _MOSTLY * column.present:
        yield f"{name}: {_mixture(column)}; all become categories; {_REMEDY}"


def _time_unit(column: Profile) -> str:
    """In what a column may count the time since 1970; empty if it does not look like it."""
    if not column.is_whole or column.distinct <= 1:
        return ""
    values = [float(value) for value in column.counts]
    for unit, factor in _PER_SECOND.items():
        if _FIRST_SECOND * factor <= min(values) and max(values) < _LAST_SECOND * factor:
            return unit
    return ""


def _mixture(column: Profile) -> str:
    share = min(column.number_rows / column.present, 0.999)
    others = ", ".join(map(repr, column.texts))
    return f"{100 * share:.3g} % of the values are numbers, others are {others}"
