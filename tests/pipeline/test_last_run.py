"""What is known of the newest run, and of no other."""

import datetime

import pytest

from components.example_gen.quarantine import NAME, as_table, writer
from components.rows.reading import Reject
from pipeline.errors import UserError
from pipeline.reports.data_of_run import data_page
from pipeline.reports.data_page import render
from tests.pipeline.runs import AGAIN, Runs


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path)


def test_what_an_earlier_run_made_is_not_of_the_last_one(runs):
    runs.add("ExampleGen", "DataGate")
    runs.add("ExampleGen")

    last = runs.last()

    assert last.folder("ExampleGen", "result").parts[-2:] == ("run-2", "ExampleGen")
    assert not last.has("DataGate")
    with pytest.raises(UserError) as caught:
        last.artifact("DataGate", "result")
    assert str(caught.value) == (
        "the last run, run-2, has no result of DataGate (succeeded); "
        f"`{AGAIN} --until DataGate` makes one"
    )


def test_what_was_taken_from_the_cache_is_of_the_run_that_took_it(runs):
    runs.add("ExampleGen")
    runs.add(reused=["ExampleGen"])

    assert runs.last().folder("ExampleGen", "result").parts[-2:] == ("run-1", "ExampleGen")


def test_a_run_that_was_refused_is_the_last_one_and_says_why(runs):
    runs.add("ExampleGen", "StatisticsGen")
    runs.add(outcome="refused", cause="ExampleGen: 3 of 6 rows cannot be used")

    with pytest.raises(UserError, match=r"\(refused: ExampleGen: 3 of 6 rows cannot be used\)"):
        runs.last().artifact("StatisticsGen", "result")


def test_the_evidence_of_a_node_that_refused_is_found_and_no_older_result(runs):
    runs.add("DataGate")
    (runs.folder / "run-1" / "DataGate" / "verdict.json").write_text("old")
    logs = runs.add(outcome="refused")

    assert runs.last().file("DataGate", "result", "verdict.json") is None
    (logs / "DataGate" / "result").mkdir(parents=True)
    (logs / "DataGate" / "result" / "verdict.json").write_text("new")
    assert runs.last().file("DataGate", "result", "verdict.json").read_text() == "new"


def test_before_any_run_there_is_none_and_no_store_is_made(runs):
    with pytest.raises(UserError, match=f"no runs yet; start one with `{AGAIN}`"):
        runs.last()
    assert not runs.config.where.metadata_path.exists()


def test_the_report_on_refused_rows_shows_their_quarantine_and_no_older_verdict(runs):
    runs.add("ExampleGen", "StatisticsGen", "DataGate")
    logs = runs.add(outcome="refused", cause="ExampleGen: 3 of 6 rows cannot be used")
    aside = logs / "ExampleGen" / "quarantine"
    aside.mkdir(parents=True)
    rejects = [
        Reject("/d/a.csv", line, None, "fare", text, "no number of 32 bits")
        for line, text in ((4, "twelve"), (7, "x"))
    ]
    with writer(aside / NAME) as file:
        file.write_table(as_table(rejects))
        file.write_table(as_table([Reject("/d/b.csv", 9, None, "", "1,2,3", "too many cells")]))
        file.write_table(as_table([Reject("/d/b.csv", 8, None, "fare", "y", rejects[0].reason)]))

    page = data_page(runs.config.what, runs.last(), datetime.datetime(2026, 1, 1))

    assert [(reason.cause, reason.rows, reason.first) for reason in page.reasons] == [
        ("column 'fare': no number of 32 bits", 3, "/d/a.csv: line 4: 'twelve'"),
        ("too many cells", 1, "/d/b.csv: line 9: '1,2,3'"),
    ]
    assert page.facts == {"quarantine": "4"}
    text = render(page)
    assert "refused</span>: ExampleGen: 3 of 6 rows cannot be used" in text
    assert "The rows were not validated in this run." in text
