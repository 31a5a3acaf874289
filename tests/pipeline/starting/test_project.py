"""Two files that can be run, or none."""

import random

import pytest

from pipeline.config import load
from pipeline.config.where import PROJECT
from pipeline.errors import UserError
from pipeline.starting.project import start
from pipeline.starting.wishes import Wishes
from schema import SERVING, columns, read_schema
from schema.features import Category, Date, Number, Overrides, Text, feature_table
from schema.labels import Label

WEIRD = [
    "id",
    "größe m²",
    "a.b",
    "a",
    'say "hi"',
    "1st/visit",
    "last seen",
    "zip",
    "gaps",
    "mail",
    "was",
    "kaufte?",
]


@pytest.fixture
def data(tmp_path):
    numbers = random.Random(3)
    lines = [",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in WEIRD)]
    for i in range(400):
        cells = [
            i + 1,
            f"{numbers.gauss(50, 9):.3f}",
            numbers.choice("xyz"),
            numbers.choice("pq"),
            numbers.randrange(5),
            f"2022-{i % 12 + 1:02}-{i % 28 + 1:02}",
            f"2022-01-{i % 28 + 1:02} 12:{i % 60:02}:00",
            f"{numbers.randrange(1000, 1030):05}",
            "" if i % 3 else numbers.gauss(0, 1),
            f"u{i % 90}@example.org",
            f"Kunde {i} schrieb diese Worte über ein Ding {numbers.choice('abc')}",
            numbers.choice(["ja", "nein", "nein"]),
        ]
        lines.append(",".join(map(str, cells)))
    path = tmp_path / "data.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def begin(data, tmp_path, **wishes):
    force = wishes.pop("force", False)
    asked = Wishes(**{"label": "kaufte?", "private": ("mail",), **wishes})
    return start("kunden", str(data), asked, force=force, project=tmp_path)


def loaded(started):
    return load(
        str(started.config),
        str(PROJECT / "configs" / "local.toml"),
        [f"data.schema='{started.schema}'"],
    ).what


def test_the_two_files_are_a_whole_configuration(data, tmp_path):
    started = begin(data, tmp_path)

    what = loaded(started)
    assert started.config == tmp_path / "configs" / "kunden.toml"
    assert started.schema == tmp_path / "schema" / "kunden" / "schema.pbtxt"
    assert (what.task, what.label.column, what.label.positive) == ("binary", "kaufte?", "ja")
    assert what.features.drop == ("id",)
    assert what.data.identifiers == ("mail",)
    assert what.data.input == str(data)


def test_columns_become_features_by_what_stands_in_them(data, tmp_path):
    started = begin(data, tmp_path)

    contract = read_schema(started.schema)
    label = Label("kaufte?", positive="ja")
    drop = Overrides(drop=("id",))
    kinds = {f.column: type(f) for f in feature_table(contract, label, drop)}
    assert kinds == {
        "größe m²": Number,
        "a.b": Category,
        "a": Category,
        'say "hi"': Category,
        "1st/visit": Date,
        "last seen": Date,
        "zip": Category,
        "gaps": Number,
        "was": Text,
    }
    assert "mail" not in {column.name for column in columns(contract)}
    assert "kaufte?" not in {column.name for column in columns(contract, SERVING)}


def test_the_decisions_are_told_with_their_reasons(data, tmp_path):
    lines = begin(data, tmp_path).lines

    assert lines[0] == "data        400 rows, 12 columns"
    assert lines[1] == "task        binary: the label is one of 'ja' and 'nein'; class 1 is 'ja'"
    assert "class 1     chosen as the rarer one; label.positive in the file names another" in lines
    counted = "identifier-like: a different whole number in every row, which only counts them"
    assert f"left out    'id': {counted}" in lines
    assert "private     'mail': reaches no step after ingest" in lines


def test_the_same_data_give_the_same_files(data, tmp_path):
    first = [p.read_text() for p in (begin(data, tmp_path).config, tmp_path / "schema")[:1]]

    second = [begin(data, tmp_path, force=True).config.read_text()]

    assert first == second


def test_files_that_are_there_are_left_alone(data, tmp_path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "kunden.toml").write_text("mine")

    with pytest.raises(UserError, match=r"kunden\.toml: there already; choose another NAME"):
        begin(data, tmp_path)
    assert (tmp_path / "configs" / "kunden.toml").read_text() == "mine"
    assert not (tmp_path / "schema").exists()


def test_what_cannot_be_written_leaves_nothing(data, tmp_path):
    (tmp_path / "schema").write_text("a file in the way")

    with pytest.raises(UserError, match="nothing was written"):
        begin(data, tmp_path)
    assert list((tmp_path / "configs").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "hint"), [("My Table", "such as 'my-table'"), ("-x", "such as 'x'"), ("Ü", "expected")]
)
def test_a_name_that_no_pipeline_can_have_is_refused(data, tmp_path, name, hint):
    with pytest.raises(UserError, match=hint):
        start(name, str(data), Wishes("kaufte?"), project=tmp_path)


@pytest.mark.parametrize(
    ("wishes", "lines"),
    [
        ({"time": "1st/visit"}, {"split_by": "time", "split_column": "1st/visit"}),
        ({"entity": "mail"}, {"split_by": "entity", "split_column": "mail"}),
    ],
)
def test_rows_are_split_as_told(data, tmp_path, wishes, lines):
    what = loaded(begin(data, tmp_path, **wishes))

    assert {key: getattr(what.data, key) for key in lines} == lines


def test_data_that_are_not_there_are_an_error(tmp_path):
    with pytest.raises(UserError, match="nothing found at"):
        start("x", str(tmp_path / "none.csv"), Wishes("y"), project=tmp_path)


def test_too_few_rows_are_an_error(tmp_path):
    (tmp_path / "few.csv").write_text("x,y\n1,0\n2,1\n")

    with pytest.raises(UserError, match="2 rows; expected at least 20 to train and to judge on"):
        start("x", str(tmp_path / "few.csv"), Wishes("y"), project=tmp_path)


def test_a_name_like_a_file_s_is_suggested(tmp_path):
    (tmp_path / "data.csv").write_text("x,y\n1,0\n")

    with pytest.raises(UserError, match=r"did you mean .*data\.csv\?"):
        start("x", str(tmp_path / "data.cvs"), Wishes("y"), project=tmp_path)


def rows_of(*cells):
    """A file of `cells` in turn, each beside a noise and a label."""
    numbers = random.Random(2)
    lines = (
        f"{cells[i % len(cells)]},{numbers.gauss(0, 1):.5f},{numbers.randrange(2)}"
        for i in range(200)
    )
    return "c,x,y\n" + "\n".join(lines)


def test_rows_that_cannot_be_read_are_counted_and_the_first_is_named(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes(rows_of("Oslo", "Zürich", "Rom", "Lima").encode("latin-1"))

    lines = start("x", str(path), Wishes("y"), project=tmp_path).lines

    unread = (
        f"unread      50 of 200 rows cannot be read; first {path}: line 3: column 'c': not UTF-8"
    )
    assert unread in lines


def test_a_file_of_which_nothing_can_be_read_is_an_error(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes(rows_of("Zürich").encode("latin-1"))

    with pytest.raises(UserError, match="200 of 200 rows cannot be read"):
        start("x", str(path), Wishes("y"), project=tmp_path)


def test_what_stands_for_missing_goes_into_the_configuration(tmp_path):
    path = tmp_path / "gaps.csv"
    path.write_text(rows_of("NA", "31", "27", "45", "52"))

    what = loaded(start("x", str(path), Wishes("y"), project=tmp_path))

    assert what.data.missing == ("NA",)
