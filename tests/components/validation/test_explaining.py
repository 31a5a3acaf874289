"""Findings with the first rows behind them."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.example_gen.encoding import encode
from components.example_gen.options import SplitOptions
from components.example_gen.sources import Source, Sources, write_sources
from components.example_gen.splits import split_of_rows
from components.rows.parts import parts_of
from components.rows.reading import read
from tests.components.validation.judging import ROWS, SCHEMA, Judge, table

HALVES = SplitOptions(shares={"train": 1, "eval": 1}, starts={})


@pytest.fixture
def judge(tmp_path):
    return Judge(tmp_path)


def test_a_finding_shows_the_first_rows_behind_it_with_file_and_line(judge, tmp_path):
    path = tmp_path / "trips.csv"
    rows = ["Cash,5.5"] * 40
    rows[3], rows[7], rows[20] = "Crypto,5.5", "Cash,-1", "Crypto,-2"
    path.write_text("\n".join(["payment_type,fare", *rows]), encoding="utf-8")
    judge.reads(Source(str(path), "csv"))
    payments = ["Cash"] * (ROWS - 2) + ["Crypto"] * 2

    lines = judge.refusal(train=table(payment_type=payments, fare=[-1.0] * 2 + [5.5] * (ROWS - 2)))

    seen = {line.split("'")[1]: line.partition("; first seen in ")[2] for line in lines[1:3]}
    assert seen == {
        "payment_type": "trips.csv: line 5: 'Crypto', trips.csv: line 22: 'Crypto'",
        "fare": "trips.csv: line 9: '-1.0', trips.csv: line 22: '-2.0'",
    }
    assert judge.report["findings"][0]["rows"][0]["path"] == str(path)


def test_of_many_offending_rows_the_first_five_are_shown(judge, tmp_path):
    pq.write_table(pa.table({"payment_type": ["Crypto"] * 100}), tmp_path / "trips.parquet")
    judge.reads(Source(str(tmp_path / "trips.parquet"), "parquet"))

    judge.refusal(train=table(payment_type=["Crypto"] * ROWS))

    (finding,) = judge.report["findings"]
    assert [row["row"] for row in finding["rows"]] == [0, 1, 2, 3, 4]


def test_a_row_is_shown_under_its_own_split_only(judge, tmp_path):
    path = tmp_path / "trips.csv"
    path.write_text("\n".join(["fare,id", *(f"-{i},{i}" for i in range(40))]), encoding="utf-8")
    judge.reads(Source(str(path), "csv"), split=HALVES)
    low = table(fare=[-1.0] * ROWS)

    judge.refusal(train=low, eval=low)

    shown = {f["split"]: [row["line"] for row in f["rows"]] for f in judge.report["findings"]}
    expected = {"train": [], "eval": []}
    for batch in read(*parts_of(str(path), "csv", 1, 2**30), {"fare": "float"}):
        places = split_of_rows(batch.rows, encode(batch.rows).to_pylist(), HALVES)
        for line, place in enumerate(places, 2):
            expected[HALVES.names[place]].append(line)
    # 0 is not below 0.
    assert shown == {split: [n for n in lines if n > 2][:5] for split, lines in expected.items()}


def test_by_time_a_row_is_shown_under_the_split_of_its_time(judge, tmp_path):
    path = tmp_path / "trips.csv"
    path.write_text("\n".join(["fare,hour", *(f"-1,{i}" for i in range(8))]), encoding="utf-8")
    by_time = SplitOptions(shares={"train": 1, "eval": 1}, by="time", column="hour", starts={})
    sources = Sources((Source(str(path), "csv"),), split=by_time, cuts=(6.0,))
    write_sources(judge.examples.uri, sources)
    low = table(fare=[-1.0] * ROWS)

    judge.refusal(train=low, eval=low)

    shown = {f["split"]: [row["line"] for row in f["rows"]] for f in judge.report["findings"]}
    assert shown == {"train": [2, 3, 4, 5, 6], "eval": [8, 9]}


def test_findings_in_served_rows_show_rows_of_the_served_files(judge, tmp_path):
    trained, served = tmp_path / "trips.csv", tmp_path / "served.csv"
    trained.write_text("fare\n-5\n", encoding="utf-8")
    served.write_text("fare\n1\n-7\n", encoding="utf-8")
    judge.reads(Source(str(trained), "csv"))
    write_sources(judge.reference.uri, Sources((Source(str(served), "csv"),)))

    judge.refusal(train=table(), reference={"served": table(fare=[-7.0] * ROWS)})

    (finding,) = judge.report["findings"]
    assert [(row["path"], row["line"]) for row in finding["rows"]] == [(str(served), 3)]


def test_infinite_values_are_refused_with_their_share_and_rows(tmp_path):
    judge = Judge(tmp_path, SCHEMA.replace("max: 100 }", "disallow_inf: true }"))
    path = tmp_path / "trips.csv"
    path.write_text("fare\n1\ninf\n", encoding="utf-8")
    judge.reads(Source(str(path), "csv"))

    lines = judge.refusal(train=table(fare=[5.5] * 500 + [float("inf")] * 500))

    assert re.fullmatch(
        r"column 'fare', split 'train': infinite values, which the schema does not allow, "
        r"in 4\d\.\d % to 50\.0 % of rows; first seen in trips\.csv: line 3: 'inf'",
        lines[1],
    )


def test_too_few_values_are_shown_with_rows_that_lack_one(tmp_path):
    judge = Judge(tmp_path, SCHEMA.replace("{ min_fraction: 0 }", "{ min_count: 600 }"))
    path = tmp_path / "trips.csv"
    path.write_text("tract,fare\n,1\n", encoding="utf-8")
    judge.reads(Source(str(path), "csv"))

    lines = judge.refusal(train=table(tract=[7.0] * 500 + [None] * 500))

    assert lines[1].endswith("; first seen in trips.csv: line 2")
