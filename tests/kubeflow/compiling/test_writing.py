"""Specs as text: what Python writes, Go reads as the same."""

import pytest
import yaml

from compiling.writing import as_json, as_yaml, whole

# Bare, some reader takes each of these for something else than a text.
AMBIGUOUS = [
    *("yes", "No", "on", "OFF", "y", "null", "~", "", "true", "NaN", "inf"),
    *("0o17", "017", "1e3", "1_000", "0x1f", "12", "-1", ".5", "1:30", "2024-03-01", "=", "<<"),
    *("#", "a: b", "a #b", "- a", "'", '"', "{}", "[]", "a\nb", " a", "a ", "é\t", "\u2028", "%"),
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_text_is_read_back_as_that_text(text):
    assert yaml.safe_load(as_yaml([{"a": text, text: 1}])) == {"a": text, text: 1}


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_text_that_may_be_taken_for_something_else_is_quoted(text):
    written = as_yaml([{"a": text}])

    assert written[:4] in ("a: '", 'a: "')


def test_a_plain_word_stays_plain():
    assert as_yaml([{"name": "comp-example-gen"}]) == "name: comp-example-gen\n"


def test_a_text_is_one_line_however_long():
    assert as_yaml([{"a": "b c " * 1000}]).count("\n") == 1
    assert as_yaml([{"a": "b\n" * 1000}]).count("\n") == 1


def test_whole_numbers_are_written_as_such():
    assert whole({"a": [1.0, 2.5, {"b": 3.0}], "c": True, "d": "4.0"}) == {
        "a": [1, 2.5, {"b": 3}],
        "c": True,
        "d": "4.0",
    }
    assert as_yaml([{"a": 20000.0}]) == "a: 20000\n"
    assert as_json({"a": 20000.0}) == '{\n  "a": 20000\n}\n'


def test_a_number_too_large_to_be_exact_stays_as_it_is():
    assert str(whole({"a": 1e300})) == "{'a': 1e+300}"
    assert yaml.safe_load(as_yaml([{"a": 1e300, "b": 1e-05}])) == {"a": 1e300, "b": 1e-05}


def test_documents_stand_one_below_the_other_after_the_comment():
    assert as_yaml([{"a": 1}, {"b": 2}], ["what", ""]) == "# what\n#\na: 1\n---\nb: 2\n"
