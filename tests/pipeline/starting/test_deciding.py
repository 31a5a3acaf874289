"""What is made of a table that nobody has described."""

import dataclasses
from collections import Counter

import pyarrow as pa
import pytest

from pipeline.errors import UserError
from pipeline.starting.deciding import decide
from pipeline.starting.profile import Profile, profile
from pipeline.starting.wishes import Wishes
from tests.pipeline.starting.tables import NOISE, ROWS, cycle, decided, shuffled, table


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
        ("userId", [*range(1, ROWS), 0], "identifier-like: a different whole number in every row"),
        ("paid_id", [7, 7, *range(9, ROWS + 7)], "identifier-like: different in nearly every row"),
        ("links", [f"https://example.org/{'x' * 60}/{i}" for i in range(ROWS)], "identifier-like"),
        ("empty", [None] * ROWS, "empty in every row"),
        ("flag", ["k"] * ROWS, "always 'k'"),
    ],
)
def test_what_identifies_rows_or_says_nothing_is_left_out(name, values, why):
    assert decided(shuffled(0, 1), **{name: values}).dropped[name].startswith(why)


@pytest.mark.parametrize(
    "values",
    [
        NOISE,
        cycle("a", "b", None),
        shuffled("x", None, None),
        cycle("7", None),
        [f"2024-01-{i % 28 + 1:02}" for i in range(ROWS)],
        [f"note {i}: people wrote these words about a thing" for i in range(ROWS)],
    ],
)
def test_what_may_say_something_is_kept(values):
    assert decided(shuffled(0, 1), column=values).dropped == {}


@pytest.mark.parametrize(
    ("values", "is_prose"),
    [
        ([f"note {i}: people wrote these words about a thing" for i in range(ROWS)], True),
        ([f"note {i // 4}: people wrote these words about a thing" for i in range(ROWS)], True),
        # The same few sentences over and over are categories.
        (
            cycle(
                "people wrote these words about a thing, and again",
                "or other ones, of which there are but a few",
            ),
            False,
        ),
        ([f"Owen Harris Braund {i}" for i in range(ROWS)], False),
        ([f"2 by 4 by {i} in" for i in range(ROWS)], False),
        ([f"https://example.org/{'x' * 60}/{i}" for i in range(ROWS)], False),
        ([None] * ROWS, False),
    ],
)
def test_long_texts_of_several_words_that_hardly_repeat_are_prose(values, is_prose):
    assert table(column=values).columns["column"].is_prose is is_prose


def test_of_more_texts_than_are_counted_nobody_says_that_they_repeat():
    counts = Counter(map(str, range(20_000)))
    column = Profile(
        "note", 200_000, 0, counts, are_numbers=False, characters=10_000_000, spaces=1_000_000
    )

    assert not column.is_prose
    assert dataclasses.replace(column, has_more=True).is_prose


def test_of_prose_the_user_is_told_that_its_words_are_read():
    notes = [f"note {i}: people wrote these words about a thing" for i in range(ROWS)]

    remarks = decided(shuffled(0, 1), note=notes).remarks
    assert any(r.startswith("'note': free text, of which the model reads") for r in remarks)


@pytest.mark.parametrize("name", ["paid", "humid", "monkey", "rows_sold"])
def test_a_name_that_only_ends_like_an_identifier_s_is_none(name):
    assert decided(shuffled(0, 1), **{name: shuffled(*range(ROWS))}).dropped == {}


def test_what_rises_from_row_to_row_need_not_count_them():
    assert decided(shuffled(0, 1), seconds=range(0, 90 * ROWS, 90)).dropped == {}


def test_a_category_with_more_values_than_are_counted_is_one():
    products = [f"P{i % 25_000}" for i in range(200_000)]
    batch = pa.record_batch({"y": ["0", "1"] * 100_000, "product": products})

    decisions = decide(profile([batch]), Wishes("y"))

    assert decisions.dropped == {}


@pytest.mark.parametrize(
    ("first", "step", "unit"),
    [
        (1_393_000_000, 3_600, "SECONDS"),
        (1_393_000_000_000, 3_600_000, "MILLISECONDS"),
        (999_999_999, 3_600, None),
        (2_199_999_999, 1, None),
        (1_393_000, 3_600, None),
    ],
)
def test_of_numbers_that_may_be_times_the_user_is_told_how_to_say_so(first, step, unit):
    values = [first + step * row for row in range(299, -1, -1)]

    remarks = decided(shuffled(0, 1), started=values).remarks

    told = [remark for remark in remarks if remark.startswith("'started': ")]
    assert [f"{{ integer_format: UNIX_{unit} }}" in remark for remark in told] == (
        [True] if unit else []
    )


def test_numbers_with_texts_that_stand_for_missing_are_numbers():
    found = table(age=["31", "NA", "27.5", "NA", "nan", "?"]).columns["age"]

    assert (found.is_number, found.missing, found.distinct) == (True, 4, 2)
    assert found.to_be_missing == ("?", "NA")


def test_what_stands_for_missing_is_told_and_handed_on():
    decisions = decided(shuffled(0, 1), age=[i % 40 if i % 7 else "NA" for i in range(ROWS)])

    assert decisions.missing == ("NA",)
    assert "'age': 'NA' is taken for missing, as data.missing says" in decisions.remarks


@pytest.mark.parametrize(
    ("values", "remark"),
    [
        (
            [i % 50 if i % 20 else "low" for i in range(ROWS)],
            "'c': 95 % of the values are numbers, others are 'low'; all become categories; mend",
        ),
        ([f"{i % 50} %" for i in range(ROWS)], "'c': numbers such as '0 %' are text here"),
        ([f"{i % 50},5" for i in range(ROWS)], "'c': numbers such as '0,5' are text here"),
    ],
)
def test_numbers_that_become_categories_are_told(values, remark):
    remarks = decided(shuffled(0, 1), c=values).remarks

    assert [told for told in remarks if told.startswith(remark)]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([f"${i},{i:03}.00" for i in range(ROWS)], "numbers such as '$0,000.00', which are text"),
        ([v if i % 20 else "low" for i, v in enumerate(NOISE)], "95 % of the values are numbers"),
    ],
)
def test_numbers_that_are_left_out_as_text_are_told(values, why):
    assert decided(shuffled(0, 1), c=values).dropped["c"].startswith(why)


def test_with_nothing_left_to_learn_from_there_is_nothing_to_start():
    with pytest.raises(UserError, match=r"no column is left to predict 'y' from: 'x': always 'k'"):
        decide(table(y=shuffled(0, 1), x=["k"] * ROWS), Wishes("y"))


@pytest.mark.parametrize(("one", "other"), [("a b", "a_u20_b"), ("a_b", "A_B")])
def test_of_two_columns_that_share_a_tensor_name_one_is_left_out(one, other):
    decisions = decided(shuffled(0, 1), **{one: NOISE, other: NOISE[::-1]})

    assert decisions.dropped == {
        other: f"has the tensor name of {one!r}, where case does not count; rename one"
    }


def test_a_column_whose_twin_is_left_out_is_kept():
    decisions = decided(shuffled(0, 1), **{"a b": ["k"] * ROWS, "a_u20_b": NOISE[::-1]})

    assert list(decisions.dropped) == ["a b"]


def test_a_column_that_some_files_lack_is_missing_there():
    batches = [
        pa.record_batch({"a": ["1"] * 10}),
        pa.record_batch({"a": ["1"] * 5, "b": ["x"] * 5}),
        pa.record_batch({"b": ["x"] * 3}),
    ]

    columns = profile(batches).columns

    assert {n: (c.rows, c.missing) for n, c in columns.items()} == {"a": (18, 3), "b": (18, 10)}
