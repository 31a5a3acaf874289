"""What is made of a table that nobody has described."""

import random

import pyarrow as pa
import pytest

from pipeline.errors import UserError
from pipeline.starting.deciding import Wishes, decide
from pipeline.starting.profile import profile

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
    return decide(table(y=label, x=NOISE, **columns), wishes)


@pytest.mark.parametrize(
    ("label", "task", "positive"),
    [
        (shuffled(0, 1), "binary", None),
        (shuffled("0.0", "1.0"), "binary", None),
        (shuffled("yes", "no"), "binary", "yes"),
        (shuffled("True", "False"), "binary", "True"),
        (shuffled("good", "good", "bad"), "binary", "bad"),
        (shuffled(1, 2), "binary", "1"),
        (shuffled("a", "b", "c"), "multiclass", None),
        (shuffled(3, 4, 5, 6, 7), "multiclass", None),
        (list(range(ROWS)), "regression", None),
        (NOISE[::-1], "regression", None),
        (shuffled(0.5, 1.5), "regression", None),
        (shuffled("01", "02", "03"), "multiclass", None),
    ],
)
def test_the_label_tells_the_task(label, task, positive):
    decisions = decided(label)

    assert (decisions.task, decisions.positive) == (task, positive)


@pytest.mark.parametrize(
    ("label", "task", "message"),
    [
        (["k"] * ROWS, "auto", "--label 'y': is 'k' in every row; nothing can be learnt"),
        ([None] * ROWS, "auto", "--label 'y': stands in 0 of 300 rows"),
        ([f"t{i}" for i in range(ROWS)], "auto", "text with 300 distinct values; expected classes"),
        (cycle("2024-01-01", "2024-01-02"), "auto", "--label 'y': holds dates"),
        (
            cycle("a", "b", "c"),
            "binary",
            "--task binary: the label has 3 distinct values",
        ),
        (cycle("a", "b"), "regression", "--task regression: 'y' holds text, expected numbers"),
        (NOISE, "multiclass", "--task multiclass: the label has 300 distinct values"),
    ],
)
def test_a_label_that_cannot_be_learnt_is_refused(label, task, message):
    with pytest.raises(UserError) as caught:
        decided(label, task)

    assert message in str(caught.value)


def test_a_column_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(UserError, match="--label 'tagret': no such column; did you mean 'target'"):
        decide(table(target=cycle(0, 1), x=NOISE), Wishes("tagret"))


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("id", list(range(ROWS)), "identifier-like: a different whole number in every row"),
        ("n", list(range(100, 100 + ROWS)), "identifier-like: a different whole number"),
        ("user", [f"u{i}" for i in range(ROWS)], "identifier-like: different in nearly every row"),
        ("notes", [f"{i}: {'word ' * 20}" for i in range(ROWS)], "free text"),
        ("empty", [None] * ROWS, "empty in every row"),
        ("flag", ["k"] * ROWS, "always 'k'"),
    ],
)
def test_what_identifies_rows_or_says_nothing_is_left_out(name, values, why):
    assert decided(shuffled(0, 1), **{name: values}).dropped[name].startswith(why)


@pytest.mark.parametrize(
    "values",
    [NOISE, cycle("a", "b", None), [f"2024-01-{i % 28 + 1:02}" for i in range(ROWS)]],
)
def test_what_may_say_something_is_kept(values):
    assert decided(shuffled(0, 1), column=values).dropped == {}


def test_a_column_that_alone_gives_the_label_away_is_a_suspect():
    label = shuffled("yes", "no", "no")
    leak = ["gone" if value == "yes" else "here" for value in label]

    decisions = decided(label, leak=leak, hint=[v if i % 5 else "?" for i, v in enumerate(leak)])

    assert decisions.suspects == ("leak",)
    assert "alone it predicts 'y' to 100.0 %" in decisions.dropped["leak"]


def test_a_quantity_that_follows_from_another_is_a_suspect():
    label = [float(value) * 3 + 7 for value in NOISE]

    decisions = decide(table(y=label, twice=[2 * v for v in label], x=NOISE[::-1]), Wishes("y"))

    assert decisions.suspects == ("twice",)


def test_with_nothing_left_to_learn_from_there_is_nothing_to_start():
    with pytest.raises(UserError, match=r"no column is left to predict 'y' from: 'x': always 'k'"):
        decide(table(y=shuffled(0, 1), x=["k"] * ROWS), Wishes("y"))


def test_of_two_columns_that_share_a_tensor_name_one_is_left_out():
    decisions = decided(shuffled(0, 1), **{"a b": NOISE, "a_u20_b": NOISE[::-1]})

    assert decisions.dropped == {"a_u20_b": "has the tensor name of 'a b'; rename one of them"}


def test_a_column_that_some_files_lack_is_missing_there():
    batches = [
        pa.record_batch({"a": ["1"] * 10}),
        pa.record_batch({"a": ["1"] * 5, "b": ["x"] * 5}),
        pa.record_batch({"b": ["x"] * 3}),
    ]

    columns = profile(batches).columns

    assert {n: (c.rows, c.missing) for n, c in columns.items()} == {"a": (18, 3), "b": (18, 10)}
