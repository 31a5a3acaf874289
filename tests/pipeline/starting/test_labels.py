"""What is said of a label."""

import random

import pytest

from pipeline.errors import UserError
from pipeline.starting.deciding import decide
from pipeline.starting.wishes import Wishes
from tests.pipeline.starting.tables import NOISE, ROWS, decided, shuffled, table


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (shuffled("yes", None), "is 'yes' or missing, and rows without a label teach nothing"),
        ([f"c{i % 120}" for i in range(ROWS)], "text with 120 distinct values; expected classes"),
        ([f"c{i % 120}" for i in range(ROWS)], "at most 100, or numbers"),
        ([f"{i},5" for i in range(ROWS)], "; write numbers such as '0,5' as 1234.5"),
        ([*range(ROWS - 1), "none yet"], "; 299 rows have numbers, others 'none yet': mend those"),
        (
            [f"{1_000_000_000 + float(v):.3f}" for v in NOISE],
            "models see 32-bit floats, which are 64 apart at 1e+09; subtract a constant",
        ),
    ],
)
def test_a_label_that_cannot_be_learnt_is_refused_with_what_to_do(label, message):
    with pytest.raises(UserError) as caught:
        decided(label)

    assert message in str(caught.value)


def test_a_quantity_whose_differences_a_float_keeps_is_learnt():
    label = [f"{1_000_000 + float(v):.3f}" for v in NOISE]

    assert decided(label, x=NOISE[::-1]).task == "regression"


@pytest.mark.parametrize(
    ("label", "task", "remark"),
    [
        (shuffled("Yes", "yes"), "auto", "the label's 'Yes' and 'yes' differ only in case"),
        (shuffled(*range(12)), "auto", "--task regression learns it as a number"),
        (
            shuffled(0.5, 1.5),
            "auto",
            "the label has 2 values: --task binary takes them for classes",
        ),
        (shuffled("a", "b", "NA"), "auto", "the label's 'NA' is taken for a class; leave those"),
        ([1, *[0] * (ROWS - 1)], "auto", "only 1 of 300 rows are of class '1'"),
    ],
)
def test_what_may_surprise_is_told(label, task, remark):
    remarks = decided(label, task).remarks

    assert [told for told in remarks if remark in told]


@pytest.mark.parametrize(
    ("label", "why"),
    [
        (shuffled("yes", "no"), "chosen by its name"),
        (shuffled("good", "good", "bad"), "chosen as the rarer one"),
        (shuffled(0, 1), ""),
    ],
)
def test_class_1_is_chosen_for_a_reason(label, why):
    assert decided(label).positive_reason == why


def test_numbers_that_are_not_whole_may_be_classes_as_told():
    assert decided(shuffled(0.5, 1.5, 2.5), "multiclass").task == "multiclass"


def test_one_value_that_stands_for_missing_makes_no_classes_of_a_quantity():
    label = [f"{random.Random(i).gauss(0, 1):.6f}" for i in range(ROWS)]
    label[3] = "n/a"

    decisions = decide(table(y=label, x=NOISE), Wishes("y"))

    assert (decisions.task, decisions.missing) == ("regression", ("n/a",))
