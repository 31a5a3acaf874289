"""How many networks answer together."""

from schema.labels import Task

_MANY, _FEW = 8, 4
# Chance has the more say, the fewer the rows. An error of a number counts by its square, of which
# the mean of many has less; so there they are worth their time for longer.
_MOST_ROWS = {"binary": 8_000, "multiclass": 8_000, "regression": 80_000}


def fitting_members(task: Task, rows: int) -> int:
    """Returns 8 up to a number of training rows that the task decides, then 4.

    With as many members as folds every training row is left out by one of them.
    """
    return _MANY if rows <= _MOST_ROWS[task] else _FEW
