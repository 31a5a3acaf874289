"""Columns that alone give the label away."""

import math
import random
import warnings

import pytest

from pipeline.starting.deciding import decide
from pipeline.starting.wishes import Wishes
from tests.pipeline.starting.tables import NOISE, ROWS, decided, shuffled, table


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


def test_what_is_filled_in_only_for_one_label_gives_it_away():
    label = shuffled(0, 1)
    day = [f"{i % 90}.5" if value else None for i, value in enumerate(label)]
    reason = ["moved" if value else None for value in label]

    assert decided(label, day=day, reason=reason).suspects == ("day", "reason")


def test_a_leak_is_found_wherever_in_the_rows_it_shows():
    rows = 60_000
    label = [int(i >= 50_000) for i in range(rows)]

    numbers = random.Random(1)
    noise = [f"{numbers.gauss(0, 1):.6f}" for _ in range(rows)]

    decisions = decide(table(y=label, leak=[f"L{v}" for v in label], x=noise), Wishes("y"))

    assert decisions.suspects == ("leak",)


def test_a_leak_is_found_where_labels_take_turns():
    label = [i % 2 for i in range(ROWS)]

    assert decided(label, leak=["A" if value else "B" for value in label]).suspects == ("leak",)


@pytest.mark.parametrize("scale", [math.log, math.sqrt, lambda value: -1 / value])
def test_a_quantity_on_another_scale_is_a_suspect(scale):
    label = [math.exp(3 * float(value)) for value in NOISE]

    other = [scale(value) for value in label]

    assert decided(label, x=NOISE[::-1], other=other).suspects == ("other",)


def test_a_quantity_that_grows_to_both_sides_is_found_on_its_scale():
    label = [math.exp(9 * abs(float(value))) for value in NOISE]

    assert decided(label, x=NOISE[::-1], other=NOISE).suspects == ("other",)


def test_a_bound_gives_the_label_away_also_in_few_rows():
    weights = random.Random(1).sample(range(1000, 5000), 60)
    label = [int(weight < 2500) for weight in weights]

    decisions = decide(table(y=label, weight=weights, x=NOISE[:60]), Wishes("y"))

    assert decisions.suspects == ("weight",)


def test_fewer_rows_are_not_tried_and_that_is_said():
    label = shuffled(0, 1)[:40]

    decisions = decide(table(y=label, leak=[f"L{v}" for v in label]), Wishes("y"))

    assert decisions.suspects == ()
    assert "columns that give the label away were not looked for in 40 rows" in decisions.remarks


def test_a_good_hint_is_no_leak():
    label = shuffled(0, 1)
    hint = [value if i % 12 else 1 - value for i, value in enumerate(label)]

    assert decided(label, hint=hint).suspects == ()


def test_an_infinite_label_is_passed_over_without_a_warning():
    label = [*NOISE[:-6], *["inf"] * 6]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decisions = decided(label, x=NOISE[::-1], twice=[2 * float(v) for v in label])

    assert decisions.suspects == ("twice",)
    assert "the label is infinite in 6 rows; leave those cells empty" in decisions.remarks
