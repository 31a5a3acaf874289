"""The fairness of answers, column by column."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.answering.answers import Answers
from components.judgement.fairness import ColumnFairness, column_fairness
from components.judgement.grouping import (
    ByValue,
    Grouping,
    arrow_values,
    by_value,
    common_values,
    cut,
)
from components.judgement.options import FairnessOptions
from schema.columns import Kind
from schema.labels import Classes

_RANGES = 4

_FEW_NUMBERS = 10
"""So many different numbers are codes, each a group of its own."""

_MOST_NAMED = 200
"""So many values of a column are listed by name."""


def fairness_of(
    answers: Answers,
    kinds: Mapping[str, Kind],
    classes: Classes,
    options: FairnessOptions,
    trained_on: Mapping[str, pa.Array],
    seed: int,
) -> list[ColumnFairness]:
    """Compares the groups of every sensitive column.

    Args:
        answers: They have the sensitive columns.
        kinds: Of the columns.
        classes: Of the label if it has several, in the order of their ids; else none.
        options: What is sensitive, and where a row is called positive.
        trained_on: By column of numbers, values of training rows, by which it is cut: the rows
            that are judged must not say where.
        seed: Of the intervals.
    """
    chosen = 0 if options.positive is None else list(map(str, classes)).index(options.positive)
    label = answers.label == chosen if options.positive is not None else answers.label > 0.5
    probability = answers.candidate[:, chosen].astype(np.float64)
    is_answered = np.isfinite(probability)
    found = []
    for column in options.columns:
        values = arrow_values(answers.columns[column], kinds[column])
        grouping = sensitive_groups(column, values, trained_on.get(column))
        found.append(
            column_fairness(
                column,
                grouping.names,
                grouping.codes(values)[is_answered],
                label[is_answered],
                probability[is_answered],
                thresholds=options.thresholds,
                min_rows=options.min_rows,
                seed=seed,
                joined=grouping.others if isinstance(grouping, ByValue) else "",
            )
        )
    return found


def sensitive_groups(column: str, values: pa.Array, trained_on: pa.Array | None) -> Grouping:
    """The groups of a sensitive column: its values, or ranges of its numbers.

    Args:
        column: Its name.
        values: Of the rows that are judged.
        trained_on: Of a column of numbers, values of training rows; None for one of categories.
    """
    if trained_on is None or trained_on.null_count == len(trained_on):
        common, distinct = common_values(values, 1)
        return by_value(column, [value for value, _ in common[:_MOST_NAMED]], distinct)
    if pc.count_distinct(trained_on).as_py() > _FEW_NUMBERS:
        return cut(column, trained_on, _RANGES)
    seen, distinct = common_values(trained_on, 1)
    return by_value(column, sorted(value for value, _ in seen), distinct)
