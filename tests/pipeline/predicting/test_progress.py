"""A long file says how far it is, where somebody looks on."""

import sys

import pytest

from pipeline.predicting.progress import Progress
from pipeline.predicting.tally import Tally


@pytest.fixture
def seconds():
    """Readings of the clock, one after the other."""
    return iter([0.0, 0.5, 2.0, 2.5, 4.0])


def test_a_terminal_has_one_line_that_is_written_over(monkeypatch, capsys, seconds):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with Progress(lambda: next(seconds)) as progress:
        for answered in (1000, 4000, 5000, 8000):
            progress.show(Tally(answered=answered, refused=2))

    shown = [part.strip() for part in capsys.readouterr().err.split("\r")]
    assert shown == [
        "",
        "4,002 rows, 2,001 rows/s, 2 without an answer",
        "8,002 rows, 2,000 rows/s, 2 without an answer",
        "",
        "",
    ]


def test_a_file_of_errors_has_none(capsys, seconds):
    with Progress(lambda: next(seconds)) as progress:
        for _ in range(4):
            progress.show(Tally(answered=1000))

    assert capsys.readouterr().err == ""
