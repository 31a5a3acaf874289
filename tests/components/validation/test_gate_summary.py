"""What is said of data that pass."""

from components.validation.comparisons import Comparisons
from components.validation.finding import Finding
from components.validation.gate_summary import summary


def finding(column, severity="warn", note=""):
    return Finding(column, "train", "KIND", "is odd", None, severity, note)


def test_many_warnings_are_counted_in_the_first_line_and_have_one_each():
    first, *lines = summary([finding(f"c{i}") for i in range(13)], Comparisons(), []).split("\n")

    assert first == "13 warnings"
    assert lines[0] == "warning: column 'c0', split 'train': is odd"
    assert len(lines) == 11
    assert lines[-1] == "and 3 more warnings, in the log"


def test_what_is_ignored_is_named_with_its_last_day():
    note = "waived until 2026-12-31: meters are being replaced"
    waived = [finding(name, "ignore", note) for name in ("fare", "fare", "hour", "tips", "miles")]

    assert summary(waived, Comparisons(), []) == (
        "ignored: fare waived until 2026-12-31, hour waived until 2026-12-31, "
        "tips waived until 2026-12-31 and 1 more"
    )


def test_what_was_not_checked_is_in_the_first_line():
    compared = Comparisons(not_checked=["drift (no span before this one)"])

    first, _ = summary([finding("fare")], compared, []).split("\n")

    assert first == "1 warning; not checked: drift (no span before this one)"
