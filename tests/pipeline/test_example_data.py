"""Packaged rows as dated spans."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from components.locations import resolve
from pipeline.commands.example_data import command
from pipeline.errors import UserError
from pipeline.example_data import TABLES, lay_out

TRIPS = Path(resolve(TABLES["taxi"].location))


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_every_row_is_in_the_span_of_its_month_unchanged(tmp_path):
    laid = lay_out("taxi", "month", tmp_path / "taxi")

    spans = {path.name: lines(path / "rows.csv") for path in (tmp_path / "taxi").iterdir()}
    header, *rows = lines(TRIPS)
    assert sorted(row for span in spans.values() for row in span[1:]) == sorted(rows)
    assert {span[0] for span in spans.values()} == {header}
    assert {name: len(span) - 1 for name, span in spans.items()} == laid
    for name in ("2013-01-01", "2015-11-01"):
        months = {row["trip_start_month"] for row in csv.DictReader(spans[name])}
        assert months <= {str(int(name[5:7])), str(int(name[5:7]) - 1), "12"}


def test_each_span_says_that_it_is_whole(tmp_path):
    lay_out("taxi", "year", tmp_path / "taxi")

    names = sorted(str(p.relative_to(tmp_path / "taxi")) for p in tmp_path.glob("taxi/*/*"))
    years = ("2013", "2014", "2015", "2016")
    assert names == [f"{y}-01-01/{file}" for y in years for file in ("_SUCCESS", "rows.csv")]


def test_laying_out_again_replaces_what_was_there(tmp_path):
    lay_out("taxi", "week", tmp_path / "taxi")

    lay_out("taxi", "year", tmp_path / "taxi")

    assert len(list((tmp_path / "taxi").iterdir())) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["taxi"]


@pytest.mark.parametrize(
    "place", ["thesis.txt", "1/rows.csv", "2013-01-01/rows.csv", "2013-01-01/_SUCCESS"]
)
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, place):
    own = tmp_path / "data" / place
    own.parent.mkdir(parents=True)
    own.write_bytes(b"years of \xff work")

    with pytest.raises(UserError, match=rf"holds {place.partition('/')[0]}.*; choose another"):
        lay_out("taxi", "month", tmp_path / "data")
    assert own.read_bytes() == b"years of \xff work"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_span_that_somebody_edited_is_left_alone(tmp_path):
    lay_out("taxi", "year", tmp_path / "taxi")
    edited = tmp_path / "taxi" / "2014-01-01" / "rows.csv"
    edited.write_text(edited.read_text(encoding="utf-8") + "one,more,row\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"holds 2014-01-01/rows\.csv, which this command did not"):
        lay_out("taxi", "year", tmp_path / "taxi")
    assert edited.read_text(encoding="utf-8").endswith("one,more,row\n")


def test_nothing_beside_the_folder_is_touched(tmp_path):
    (tmp_path / ".taxi.incoming").mkdir()

    lay_out("taxi", "year", tmp_path / "taxi")

    assert (tmp_path / ".taxi.incoming").is_dir()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "taxi").write_text("notes")

    with pytest.raises(UserError, match=r"taxi: is a file; choose another folder"):
        lay_out("taxi", "year", tmp_path / "taxi")
    assert (tmp_path / "taxi").read_text() == "notes"


def test_the_folder_that_one_stands_in_can_be_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    lay_out("taxi", "year", Path())

    assert (tmp_path / "2013-01-01" / "_SUCCESS").is_file()


def test_the_command_says_what_to_type_next(tmp_path):
    result = CliRunner().invoke(command, ["taxi", "--to", str(tmp_path / "taxi")])

    assert result.exit_code == 0
    assert result.output.startswith("15,002 rows in 48 spans below ")
    assert "{YYYY}-{MM}-{DD}/*" in result.output
