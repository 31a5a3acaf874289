"""From profiles to decisions: what is learnt, from which columns, and why not from the others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import UserError
from pipeline.starting.labels import (
    label_remarks,
    positive_class,
    require_learnable,
    require_precise,
    task_of,
)
from pipeline.starting.leakage import FEWEST_ROWS, gives_away
from pipeline.starting.profile import Table
from pipeline.starting.selecting import column_remarks, why_not
from pipeline.starting.splitting import require_splittable, split_remarks
from pipeline.starting.wishes import Wishes, require_possible
from schema.features import compared_name
from schema.labels import Task


@dataclass(frozen=True)
class Decisions:
    """What was decided.

    Attributes:
        task: What is learnt.
        task_reason: Why.
        positive: Of two values of the label, the one that is class 1; None for 0 and 1.
        positive_reason: Why that one.
        dropped: Column that is no feature to why not.
        suspects: Those among the dropped that alone give the label away.
        missing: What is written in columns of numbers for a missing value.
        remarks: What else the user should know, a clause each.
    """

    task: Task
    task_reason: str
    positive: str | None
    positive_reason: str
    dropped: Mapping[str, str]
    suspects: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]


def decide(table: Table, wishes: Wishes) -> Decisions:
    """Decides.

    Raises:
        UserError: the label cannot be learnt, or nothing is left to learn it from.
    """
    require_possible(wishes, table)
    label = table.columns[wishes.label]
    require_learnable(label, table)
    task, reason = task_of(label, wishes.task)
    require_precise(label, task, table)
    require_splittable(wishes, table)
    dropped, suspects = _dropped(table, wishes, task)
    used = [
        column
        for column in table.columns.values()
        if column.name not in dropped and column.name not in wishes.private
    ]
    if used == [label]:
        reasons = "; ".join(f"{name!r}: {why}" for name, why in list(dropped.items())[:5])
        raise UserError(
            f"no column is left to predict {label.name!r} from: {reasons or 'there is no other'}"
        )
    remarks = [*label_remarks(label, task), *split_remarks(wishes, table)]
    if label.present < FEWEST_ROWS:
        remarks.append(
            f"columns that give the label away were not looked for in {label.present} rows"
        )
    for column in used:
        remarks += column_remarks(column, is_label=column is label)
    typed = [c for c in table.columns.values() if c.name not in wishes.private]
    missing = sorted({text for column in typed for text in column.to_be_missing})
    positive, why = positive_class(label, task)
    return Decisions(
        task=task,
        task_reason=reason,
        positive=positive,
        positive_reason=why,
        dropped=dropped,
        suspects=suspects,
        missing=tuple(missing),
        remarks=tuple(remarks),
    )


def _dropped(table: Table, wishes: Wishes, task: Task) -> tuple[dict[str, str], tuple[str, ...]]:
    """Columns that are no features to why not; and the suspects among them."""
    label = table.columns[wishes.label]
    dropped: dict[str, str] = {}
    suspects = []
    seen: dict[str, str] = {compared_name(label.name): label.name}
    for column in table.columns.values():
        if column.name == label.name or column.name in wishes.private:
            continue
        why = why_not(column, table, wishes)
        score = None if why else gives_away(label, column, task, table.sample)
        if score is not None:
            why = f"leakage suspect: alone it predicts {label.name!r} to {100 * score:.1f} %"
            suspects.append(column.name)
        if not why:
            twin = seen.setdefault(compared_name(column.name), column.name)
            if twin != column.name:
                why = f"has the tensor name of {twin!r}, where case does not count; rename one"
        if why:
            dropped[column.name] = why
    return dropped, tuple(suspects)


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
    if decisions.positive:
        yield f"class 1     {decisions.positive_reason}; label.positive in the file names another"
    for kind in dict.fromkeys(kinds.values()):
        yield f"{kind:<11} {_some([name for name, found in kinds.items() if found == kind])}"
    for name, why in decisions.dropped.items():
        yield f"left out    {name!r}: {why}"
    for name in wishes.private:
        yield f"private     {name!r}: reaches no step after ingest"
    for remark in decisions.remarks:
        yield f"note        {remark}"


def _some(names: Sequence[str] | Collection[str]) -> str:
    names = list(names)
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{len(names)}: {', '.join(names[:8])}{more}"
