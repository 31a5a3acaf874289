"""From profiles to decisions: what is learnt, from which columns, and why not from the others."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import UserError
from pipeline.starting.leakage import gives_away
from pipeline.starting.profile import Profile, Table
from schema.features import tensor_name
from schema.labels import Task

_MOST_TEXT_CLASSES = 100
_MOST_NUMBER_CLASSES = 20
_ROWS_A_CLASS = 5
_FEWEST_ROWS = 20
_YES = ("1", "true", "yes", "y", "t", "positive", "pos", "default", "churn", "fraud", "spam")
_ID_NAME = re.compile(r"(^|[^a-z])(id|uuid|guid|key|index|rownum|row)([^a-z]|$)|id$|Id$|ID$", re.I)
_UNIQUE_SHARE = 0.9
_LONG_TEXT = 40


@dataclass(frozen=True)
class Wishes:
    """What the user said.

    Attributes:
        label: The column to predict.
        task: `auto`, or what is learnt of it.
        ids: Columns that identify rows.
        time: The column to split by time.
        entity: The column whose values must not be in two splits.
        private: Columns with personal data.
    """

    label: str
    task: str = "auto"
    ids: tuple[str, ...] = ()
    time: str | None = None
    entity: str | None = None
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decisions:
    """What was decided.

    Attributes:
        task: What is learnt.
        task_reason: Why.
        positive: Of two values of the label, the one that is class 1; None for 0 and 1.
        dropped: Column that is no feature to why not.
        suspects: Those among the dropped that alone give the label away.
    """

    task: Task
    task_reason: str
    positive: str | None
    dropped: Mapping[str, str]
    suspects: tuple[str, ...]


def decide(table: Table, wishes: Wishes) -> Decisions:
    """Decides.

    Raises:
        UserError: the label cannot be learnt, or nothing is left to learn it from.
    """
    _require_columns(table, wishes)
    label = table.columns[wishes.label]
    _require_learnable(table, label)
    task, reason = _task(label, wishes.task)
    dropped: dict[str, str] = {}
    suspects = []
    seen: dict[str, str] = {tensor_name(label.name): label.name}
    for column in table.columns.values():
        if column.name == label.name or column.name in wishes.private:
            continue
        why = _why_not(column, table, wishes)
        score = None if why else gives_away(label, column, task, table.first_rows)
        if score is not None:
            why = f"leakage suspect: alone it predicts {label.name!r} to {100 * score:.1f} %"
            suspects.append(column.name)
        twin = seen.setdefault(tensor_name(column.name), column.name)
        if not why and twin != column.name:
            why = f"has the tensor name of {twin!r}; rename one of them"
        if why:
            dropped[column.name] = why
    left = [n for n in table.columns if n not in dropped and n != label.name]
    if not set(left) - set(wishes.private):
        reasons = "; ".join(f"{name!r}: {why}" for name, why in list(dropped.items())[:5])
        raise UserError(f"no column is left to predict {label.name!r} from: {reasons}")
    return Decisions(task, reason, _positive(label, task), dropped, tuple(suspects))


def _require_columns(table: Table, wishes: Wishes) -> None:
    named = [("--label", wishes.label), *(("--id", name) for name in wishes.ids)]
    named += [("--private", name) for name in wishes.private]
    named += [(o, n) for o, n in (("--time", wishes.time), ("--entity", wishes.entity)) if n]
    for option, name in named:
        if name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            there = ", ".join(list(table.columns)[:20])
            raise UserError(f"{option} {name!r}: no such column{hint}; the data have: {there}")
    if wishes.label in (*wishes.ids, *wishes.private):
        raise UserError(f"--label {wishes.label!r}: is an identifier, too; choose another label")
    if wishes.time and wishes.entity:
        raise UserError("--time and --entity: rows are split by one of them; leave one out")


def _require_learnable(table: Table, label: Profile) -> None:
    if table.rows < _FEWEST_ROWS:
        msg = f"{table.rows} rows; expected at least {_FEWEST_ROWS} to train and to judge on"
        raise UserError(msg)
    if label.present < _FEWEST_ROWS:
        raise UserError(f"--label {label.name!r}: stands in {label.present} of {table.rows:,} rows")
    if label.distinct < 2:
        (value,) = label.counts
        raise UserError(f"--label {label.name!r}: is {value!r} in every row; nothing can be learnt")
    if label.is_date and not label.is_number:
        raise UserError(f"--label {label.name!r}: holds dates; expected classes or a number")


def _task(label: Profile, wish: str) -> tuple[Task, str]:
    distinct = f"{label.distinct:,}{'+' if label.has_more else ''} distinct values"
    found, why = _natural_task(label, distinct)
    match wish:
        case "auto":
            if found is None:
                raise UserError(f"--label {label.name!r}: {why}")
            return found, why
        case "binary":
            if label.distinct != 2:
                raise UserError(f"--task binary: the label has {distinct}, expected 2")
            return "binary", "as told"
        case "multiclass":
            if label.distinct > _MOST_TEXT_CLASSES or not (label.is_whole or not label.is_number):
                raise UserError(
                    f"--task multiclass: the label has {distinct}, expected at most "
                    f"{_MOST_TEXT_CLASSES}, as text or whole numbers"
                )
            return "multiclass", "as told"
        case _:
            if not label.is_number:
                raise UserError(f"--task regression: {label.name!r} holds text, expected numbers")
            return "regression", "as told"


def _natural_task(label: Profile, distinct: str) -> tuple[Task | None, str]:
    if label.distinct == 2 and (label.is_whole or not label.is_number):
        return "binary", f"the label is one of {' and '.join(map(repr, sorted(label.counts)))}"
    if not label.is_number:
        if label.distinct <= _MOST_TEXT_CLASSES and not label.has_more:
            return "multiclass", f"the label is text with {distinct}"
        return None, f"text with {distinct}; expected classes that repeat, or numbers"
    few = label.distinct <= _MOST_NUMBER_CLASSES
    if label.is_whole and few and label.present >= _ROWS_A_CLASS * label.distinct:
        return "multiclass", f"the label is a whole number with only {distinct}"
    return "regression", f"the label is a number with {distinct}"


def _positive(label: Profile, task: Task) -> str | None:
    if task != "binary" or (label.is_whole and {_int(value) for value in label.counts} == {0, 1}):
        return None
    ranked = sorted(label.counts, key=lambda value: (label.counts[value], value))
    named = [value for value in ranked if value.lower() in _YES]
    chosen = named[0] if len(named) == 1 else ranked[0]
    return str(_int(chosen)) if label.is_whole else chosen


def _why_not(column: Profile, table: Table, wishes: Wishes) -> str:
    """Why a column is no feature; empty if it may be one."""
    if column.name in wishes.ids:
        return "an identifier, as told"
    if column.name == wishes.entity:
        return "the entity that rows are split by"
    if not column.present:
        return "empty in every row"
    if column.distinct == 1 and not column.has_more:
        return f"always {next(iter(column.counts))!r}"
    if column.has_more or column.distinct >= _UNIQUE_SHARE * column.present:
        return _why_not_unique(column, table)
    return ""


def _why_not_unique(column: Profile, table: Table) -> str:
    is_named = bool(_ID_NAME.search(column.name))
    if column.is_date:
        return ""
    if column.is_number:
        if column.is_whole and column.present == table.rows and (column.is_rising or is_named):
            return "identifier-like: a different whole number in every row"
        return ""
    if column.characters > _LONG_TEXT * column.present:
        return "free text: long, and different in nearly every row"
    return "identifier-like: different in nearly every row"


def _int(value: str) -> int:
    return int(float(value))


def explained(
    decisions: Decisions, table: Table, wishes: Wishes, kinds: Mapping[str, str]
) -> Iterator[str]:
    """Yields what was decided and why, a line each.

    Args:
        decisions: What was decided.
        table: What was looked at.
        wishes: What was told.
        kinds: Column that is a feature to what kind, in words.
    """
    looked = f"{table.rows:,} rows, {len(table.columns)} columns"
    yield f"data        {looked}{' (the first ones; there are more)' if table.is_sample else ''}"
    positive = f"; class 1 is {decisions.positive!r}" if decisions.positive else ""
    yield f"task        {decisions.task}: {decisions.task_reason}{positive}"
    for kind in dict.fromkeys(kinds.values()):
        yield f"{kind:<11} {_some([name for name, found in kinds.items() if found == kind])}"
    for name, why in decisions.dropped.items():
        yield f"left out    {name!r}: {why}"
    for name in wishes.private:
        yield f"private     {name!r}: reaches no step after ingest"


def _some(names: Sequence[str] | Collection[str]) -> str:
    names = list(names)
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{len(names)}: {', '.join(names[:8])}{more}"
