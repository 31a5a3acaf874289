"""What is learnt of a label, and whether it can be."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from components.rows.typed_columns import cast_text
from pipeline.errors import UserError
from pipeline.starting.profile import Profile, Table
from schema.labels import Task

FEWEST_ROWS = 20
MOST_CLASSES = 100

_MOST_NUMBER_CLASSES = 20
_COUNT_CLASSES = 10
_ROWS_A_CLASS = 5
_RARE_ROWS = 20
_YES = ("1", "true", "yes", "y", "t", "positive", "pos", "default", "churn", "fraud", "spam")
# Rounding a uniform remainder has a twelfth of the step's square for variance; this much of the
# label's own may be lost to it.
_MOST_ROUNDED = 0.01


def require_learnable(label: Profile, table: Table) -> None:
    """Accepts a label of which something can be learnt.

    Raises:
        UserError: there are too few rows or values of it, or it holds dates.
    """
    name = f"--label {label.name!r}"
    if table.rows < FEWEST_ROWS:
        msg = f"{table.rows} rows; expected at least {FEWEST_ROWS} to train and to judge on"
        raise UserError(msg)
    if label.present < FEWEST_ROWS:
        raise UserError(f"{name}: stands in {label.present} of {table.rows:,} rows")
    if label.distinct < 2:
        (value,) = label.counts
        if label.missing:
            raise UserError(
                f"{name}: is {value!r} or missing, and rows without a label teach nothing; write "
                "another value, such as 'no', where it is missing"
            )
        looked = f"of the first {table.rows:,} rows" if table.is_sample else "in every row"
        raise UserError(f"{name}: is {value!r} {looked}; nothing can be learnt")
    if label.is_date and not label.is_number:
        raise UserError(f"{name}: holds dates; expected classes or a number")


def task_of(label: Profile, wish: str) -> tuple[Task, str]:
    """What is learnt, and why.

    Raises:
        UserError: the label does not fit the wish, or no task.
    """
    distinct = f"{label.distinct:,}{'+' if label.has_more else ''} distinct values"
    match wish:
        case "auto":
            return _natural(label, distinct)
        case "binary":
            if label.distinct != 2:
                raise UserError(f"--task binary: the label has {distinct}, expected 2")
            return "binary", "as told"
        case "multiclass":
            if label.distinct > MOST_CLASSES:
                msg = (
                    f"--task multiclass: the label has {distinct}, expected at most {MOST_CLASSES}"
                )
                raise UserError(msg)
            return "multiclass", "as told"
        case _:
            if not label.is_number:
                msg = f"--task regression: {label.name!r} holds text, expected numbers"
                raise UserError(f"{msg}{_such_as(label)}")
            return "regression", "as told"


def _natural(label: Profile, distinct: str) -> tuple[Task, str]:
    if label.distinct == 2 and (label.is_whole or not label.is_number):
        return "binary", f"the label is one of {' and '.join(map(repr, sorted(label.counts)))}"
    if not label.is_number:
        if label.distinct <= MOST_CLASSES and not label.has_more:
            return "multiclass", f"the label is text with {distinct}"
        raise UserError(
            f"--label {label.name!r}: text with {distinct}; expected classes that repeat, at most "
            f"{MOST_CLASSES}, or numbers{_such_as(label)}"
        )
    few = label.distinct <= _MOST_NUMBER_CLASSES
    if label.is_whole and few and label.present >= _ROWS_A_CLASS * label.distinct:
        return "multiclass", f"the label is a whole number with only {distinct}"
    return "regression", f"the label is a number with {distinct}"


def _such_as(label: Profile) -> str:
    """Which values keep a column that is mostly numbers from being one."""
    if label.is_formatted:
        return f"; write numbers such as {label.texts[0]!r} as 1234.5"
    if not label.number_rows:
        return ""
    shown = ", ".join(map(repr, label.texts))
    return f"; {label.number_rows:,} rows have numbers, others {shown}: mend those"


def positive_class(label: Profile, task: Task) -> tuple[str | None, str]:
    """Of two values the one that is class 1, and why; None for 0 and 1."""
    if task != "binary" or (label.is_whole and {_int(value) for value in label.counts} == {0, 1}):
        return None, ""
    ranked = sorted(label.counts, key=lambda value: (label.counts[value], value))
    named = [value for value in ranked if value.lower() in _YES]
    chosen = named[0] if len(named) == 1 else ranked[0]
    why = "chosen by its name" if len(named) == 1 else "chosen as the rarer one"
    return str(_int(chosen)) if label.is_whole else chosen, why


def _int(value: str) -> int:
    return int(float(value))


def require_precise(label: Profile, task: Task, table: Table) -> None:
    """Accepts a quantity whose differences are left when it is a 32-bit float, as models see it.

    Raises:
        UserError: most of them would be rounded away.
    """
    if task != "regression":
        return
    text = table.sample.column(label.name).drop_null().combine_chunks()
    numbers, _ = cast_text(text, "float")
    exact = np.array([float(number) for number in text.filter(numbers.is_valid()).to_pylist()])
    exact = exact[np.isfinite(exact)]
    if not len(exact):
        return
    largest, spread = float(np.abs(exact).max()), float(exact.std())
    step = float(np.spacing(np.float32(largest)))
    if step**2 / 12 > _MOST_ROUNDED * spread**2:
        raise UserError(
            f"--label {label.name!r}: its values spread by {spread:.3g} (standard deviation), and "
            f"models see 32-bit floats, which are {step:.3g} apart at {largest:.3g}; subtract a "
            "constant from the label"
        )


def label_remarks(label: Profile, task: Task) -> Iterator[str]:
    """Yields what the user should know of the label, a clause each."""
    if task == "regression":
        infinite = sum(rows for value, rows in label.counts.items() if "inf" in value.lower())
        if infinite:
            yield f"the label is infinite in {infinite:,} rows; leave those cells empty"
        if label.distinct <= 2:
            yield f"the label has {label.distinct} values: --task binary takes them for classes"
        return
    if label.is_whole and label.distinct > _COUNT_CLASSES:
        yield "if the label counts or measures something: --task regression learns it as a number"
    same = defaultdict(list)
    for value in sorted(label.counts):
        same[value.lower()].append(value)
    for values in same.values():
        if len(values) > 1:
            yield (
                f"the label's {' and '.join(map(repr, values))} differ only in case, and are "
                "classes of their own; write them alike if they mean the same"
            )
    for value in sorted(label.stand_ins):
        if not label.is_number:
            yield (
                f"the label's {value!r} is taken for a class; leave those cells empty if it "
                "stands for missing"
            )
    rarest, rows = min(label.counts.items(), key=lambda item: (item[1], item[0]))
    if rows < _RARE_ROWS:
        yield (
            f"only {rows:,} of {label.present:,} rows are of class {rarest!r}: few to learn it "
            "from, and fewer to say how well it was learnt"
        )
