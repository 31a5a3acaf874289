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


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(UserError, match=r"holds thesis\.txt, which is no span; choose another"):
        lay_out("taxi", "month", tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_command_says_what_to_type_next(tmp_path):
    result = CliRunner().invoke(command, ["taxi", "--to", str(tmp_path / "taxi")])

    assert result.exit_code == 0
    assert result.output.startswith("15,002 rows in 48 spans below ")
    assert "{YYYY}-{MM}-{DD}/*" in result.output
