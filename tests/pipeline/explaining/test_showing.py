"""What the terminal shows of an explained row."""

import io
import re

import pytest
from rich.console import Console

from components.explainer.shapley import Attribution, Explained
from pipeline.explaining.showing import Question, headline, plain, table

EXPLAINED = Explained(
    0,
    0.75,
    0.25,
    (
        Attribution("size", 0.6, 0.01),
        Attribution("colour", -0.3, 0.02),
        Attribution("day", 0.2, 0.0),
    ),
)
QUESTION = Question({"size": 9.5, "colour": b"red"}, ["y"], 100, "binary")


def lines(question, explained, width=100):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(table(question, explained, width))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_each_column_has_its_value_its_share_and_a_bar_as_long_as_the_share():
    _, size, colour, day, total = lines(QUESTION, EXPLAINED)

    assert size.split() == ["size", "9.5", "+0.6000", "0.0100", "│" + "█" * 8]
    assert colour.split() == ["colour", "red", "-0.3000", "0.0200", "████│"]
    assert day.split() == ["day", "missing", "+0.2000", "0.0000", "│██▋"]
    assert total.split() == ["all", "0.7500", "-", "0.2500", "+0.5000"]
    assert size.index("│") == colour.index("│") == day.index("│")


@pytest.mark.parametrize(
    ("task", "classes", "text"),
    [
        ("binary", (), "probability 0.7500; 0.2500 is the mean over 100 rows to compare with"),
        (
            "multiclass",
            ("oak", "elm"),
            "probability of oak 0.7500; 0.2500 is the mean over 100 rows to compare with",
        ),
        ("regression", (), "value 0.75; 0.25 is the mean over 100 rows to compare with"),
    ],
)
def test_the_headline_says_what_is_answered(task, classes, text):
    assert headline(Question({}, [], 100, task, classes), EXPLAINED) == text


def test_a_model_that_answers_everything_alike_has_no_bars():
    nothing = Explained(0, 0.5, 0.5, (Attribution("size", 0.0, 0.0),))

    assert lines(QUESTION, nothing)[1].split() == ["size", "9.5", "+0.0000", "0.0000", "│"]


def test_where_it_is_narrow_a_long_value_is_cut_and_no_name_figure_or_bar():
    question = Question({"size": 9.5, "colour": b"as blue as blue can be" * 5}, [], 100, "binary")

    for line in lines(question, EXPLAINED, width=60):
        assert len(line) <= 60
    colour = lines(question, EXPLAINED, width=60)[2]
    assert re.search("as blue as[a-z ]*…", colour)
    assert colour.split()[-3:] == ["-0.3000", "0.0200", "████│"]


def test_json_has_the_same_in_plain_values():
    told = plain(QUESTION, EXPLAINED)

    assert (told["answer"], told["mean"], told["background_rows"]) == (0.75, 0.25, 100)
    assert told["columns"][1] == {"column": "colour", "value": "red", "share": -0.3, "error": 0.02}
    assert told["columns"][2]["value"] is None
    assert told["ignored"] == ["y"]
