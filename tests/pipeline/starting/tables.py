"""Small tables as a reader gives them, and what is decided of them."""

import random

import pyarrow as pa

from pipeline.starting.deciding import decide
from pipeline.starting.profile import profile
from pipeline.starting.wishes import Wishes

ROWS = 300
NUMBERS = random.Random(5)
NOISE = [f"{NUMBERS.gauss(0, 1):.9f}" for _ in range(ROWS)]


def table(**columns):
    """A table of text as a reader gives it, in batches of unlike columns' order."""
    whole = pa.table(
        {
            name: pa.array([None if v is None else str(v) for v in values], pa.string())
            for name, values in columns.items()
        }
    )
    return profile(whole.to_batches(max_chunksize=70))


def cycle(*values):
    return [values[i % len(values)] for i in range(ROWS)]


def shuffled(*values):
    made = cycle(*values)
    random.Random(7).shuffle(made)
    return made


def decided(label, task="auto", **columns):
    wishes = Wishes("y", task, **{k: columns.pop(k) for k in ("ids", "private") if k in columns})
    return decide(table(**{"y": label, "x": NOISE, **columns}), wishes)
