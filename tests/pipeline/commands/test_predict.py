"""`tfxp predict` against a real gRPC server, and on a small pushed model."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import registry
from pipeline.commands.predict import command
from pipeline.errors import UserError
from tests.client.server import serving, sizes
from tests.pipeline.things import configured

SCHEMA = Path(__file__).parents[2] / "client" / "schema.pbtxt"


class Place:
    """A configuration in a folder."""

    def __init__(self, folder, address="localhost:1"):
        self.folder = folder
        where = f'[serving]\naddress = "{address}"'
        self.options = configured(folder, SCHEMA, in_data='missing = ["NA"]', where=where)

    def run(self, *arguments):
        """What the command printed, and its exit code."""
        return CliRunner().invoke(command, [*self.options, *arguments])

    def refused(self, *arguments):
        """The text of the error that ends the command."""
        result = self.run(*arguments)
        assert isinstance(result.exception, UserError), result.output
        return str(result.exception)

    def csv(self, text, name="rows.csv"):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def answers(self, name="out.csv"):
        return list(csv.reader((self.folder / name).open()))


@pytest.fixture
def server():
    with serving() as running:
        running.versions = {1: "AVAILABLE", 2: "AVAILABLE"}
        running.labels = {"stable": 1}
        yield running


@pytest.fixture
def place(tmp_path, server):
    return Place(tmp_path, server.address)


def test_a_row_is_answered_by_the_version_that_is_stable(place):
    result = place.run("--row", '{"size": 2.0, "the colour": "red"}')

    assert result.output == "probability 1.2 (things version 1)\n"


def test_several_rows_are_numbered_and_another_version_may_be_asked(place):
    rows = place.folder / "rows.json"
    rows.write_text('[{"size": 1}, {"size": 3, "age": null}]')

    result = place.run("--row", f"@{rows}", "--version", "2")

    assert result.output == (
        "row 1: probability 2.1 (things version 2)\nrow 2: probability 2.3 (things version 2)\n"
    )


def test_answers_can_be_json(place):
    result = place.run("--row", '{"size": 1}', "--json")

    assert json.loads(result.output) == {
        "model": "things",
        "rows": [{"version": 1, "probability": 1.1}],
    }


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--row", '{"age": 1}'], "--row: column 'size': no row has it, and the schema asks for"),
        (["--row", '{"sise": 1}'], "the schema has no column 'sise'; did you mean 'size'?"),
        (["--row", '{"size": 1}', "--row", '{"size": null}'], "--row: row 2, column 'size': "),
        (["--row", '{"size": 1}', "--label", "canary"], "choose another with --version or --lab"),
        (["--row", '{"size": 1}', "--version", "9"], "model 'things' version 9 is not available"),
        (["--row", '{"size": 1}', "--address", "here"], "--address: found address 'here'; expec"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(place, arguments, text):
    assert text in place.refused(*arguments)


def test_an_address_on_the_command_line_goes_before_that_of_the_configuration(tmp_path, server):
    place = Place(tmp_path, address="localhost:1")

    result = place.run("--row", '{"size": 1}', "--address", server.address)

    assert result.output == "probability 1.1 (things version 1)\n"


@pytest.mark.parametrize("arguments", [["--row", '{"size": 1}'], ["--csv", "x", "--out", "-"]])
def test_nobody_at_the_address_is_said_at_once(tmp_path, arguments):
    text = Place(tmp_path).refused(*arguments)

    assert text.startswith("no answer from localhost:1 after 4 attempts: ")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "expected either --row or --csv"),
        (["--row", "{}", "--csv", "a"], "expected either --row or --csv"),
        (["--csv", "a.csv"], "--csv needs --out FILE, or --out - to print"),
        (["--row", "{}", "--out", "a"], "--out goes with --csv"),
        (["--csv", "a", "--out", "b", "--json"], "--json goes with --row"),
        (["--row", "{}", "--local", "--address", "a:1"], "either --local or --address"),
        (["--row", "{}", "--local", "--label", "canary"], "--label is for a server"),
        (["--row", "{}", "--version", "1", "--label", "a"], "either --version or --label"),
    ],
)
def test_options_that_do_not_go_together_are_refused(place, arguments, text):
    result = place.run(*arguments)

    assert result.exit_code == 2
    assert text in result.output


def test_as_many_rows_come_out_as_went_in_and_bad_ones_are_told_with_their_lines(place):
    path = place.csv(
        "size,the colour,age,owner\n"
        "1,red,7,Ann\n"
        "x,red,7,Bob\n"
        ",red,7,Cid\n"
        "2,red\n"
        '3,"with\na break",NA,Dan\n'
        "4,,,\n"
    )

    result = place.run("--csv", path, "--out", f"{place.folder}/out.csv")

    assert place.answers() == [
        ["row", "probability", "version", "error"],
        ["1", "1.1", "1", ""],
        ["2", "", "", "column 'size': no number of 32 bits: x"],
        [
            "3",
            "",
            "",
            "column 'size': no value, and the schema does not let it be missing; "
            "expected a finite number up to 3.4e+38",
        ],
        ["4", "", "", "too few cells"],
        ["5", "1.3", "1", ""],
        ["6", "1.4", "1", ""],
    ]
    assert result.stderr.splitlines() == [
        f"{path}, line 3: column 'size': no number of 32 bits: x",
        f"{path}, line 4: column 'size': no value, and the schema does not let it be missing; "
        "expected a finite number up to 3.4e+38",
        f"{path}, line 5: too few cells",
        f"6 rows: 3 answered by things version 1, 3 without an answer → {place.folder}/out.csv",
    ]
    assert result.exit_code == 1


def test_of_many_bad_rows_the_first_few_are_told(place):
    path = place.csv("size\n" + "x\n" * 9 + "1\n")

    result = place.run("--csv", path, "--out", f"{place.folder}/out.csv")

    assert result.stderr.splitlines()[4:6] == [
        f"{path}, line 6: column 'size': no number of 32 bits: x",
        "… and 4 more, in column error",
    ]
    assert len(place.answers()) == 11


def test_rows_are_printed_where_out_is_a_dash(place):
    result = place.run("--csv", place.csv("size\n1\n2\n"), "--out", "-")

    assert result.exit_code == 0
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["row", "probability", "version", "error"],
        ["1", "1.1", "1", ""],
        ["2", "1.2", "1", ""],
    ]
    assert result.stderr == "2 rows: 2 answered by things version 1, 0 without an answer\n"


def test_a_long_file_keeps_its_order(place, server):
    bad = {17, 999, 1000, 1500, 2499}
    lines = ["x" if number in bad else str(number) for number in range(2500)]
    path = place.csv("size\n" + "\n".join(lines) + "\n")

    place.run("--csv", path, "--out", f"{place.folder}/out.csv")

    rows = place.answers()[1:]
    assert [int(one[0]) for one in rows] == list(range(1, 2501))
    assert {number for number, one in enumerate(rows) if one[3]} == bad
    found = [float(one[1]) for number, one in enumerate(rows) if number not in bad]
    expected = [1 + number / 10 for number in range(2500) if number not in bad]
    assert found == pytest.approx(expected, rel=1e-6)
    assert len(server.asked()) == 3


def test_nothing_half_is_left_when_the_server_goes_on_the_way(place, server):
    (place.folder / "out.csv").write_text("the old one")

    def answer(request, version):
        server.fail("Predict", "INTERNAL", "it broke")
        return sizes(request, version)

    server.answers = answer
    path = place.csv("size\n" + "1\n" * 1500)

    assert "INTERNAL: it broke" in place.refused("--csv", path, "--out", f"{place.folder}/out.csv")
    assert (place.folder / "out.csv").read_text() == "the old one"
    assert list(place.folder.glob(".*")) == []


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("rows.csv", "size,sise\n1,2\n", "'sise': the model has no such column; did you mean 'si"),
        ("rows.csv", "age\n1\n", "column 'size': no row has it, and the schema asks for it"),
        ("rows.csv", 'size\n"1\n', "a quote"),
        ("rows.txt", "size\n1\n", "a file of which kind?"),
        ("rows.parquet", "size\n1\n", "expected a .csv or .tsv file"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_as_a_whole(place, name, content, text):
    path = place.csv(content, name)

    assert text in place.refused("--csv", path, "--out", f"{place.folder}/out.csv")
    assert not (place.folder / "out.csv").exists()


def test_files_that_are_not_there_are_said_so(place):
    missing = place.refused("--csv", f"{place.folder}/no.csv", "--out", "-")
    out = place.refused("--csv", place.csv("size\n1\n"), "--out", f"{place.folder}/no/out.csv")

    assert missing == f"--csv {place.folder}/no.csv: No such file or directory"
    assert out == f"--out {place.folder}/no/out.csv: No such file or directory"


def test_without_a_pushed_model_local_says_how_to_get_one(place):
    text = place.refused("--local", "--row", '{"size": 1}')

    assert "no pushed model in" in text
    assert "makes and pushes one" in text


def test_asking_a_server_about_a_row_imports_nothing_heavy(place):
    script = (
        "import sys; from pipeline.commands.predict import command\n"
        "command(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'tensorflow', 'apache_beam', 'ml_metadata', 'pyarrow'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    arguments = [*place.options, "--row", '{"size": 1}']
    subprocess.run([sys.executable, "-c", script, *arguments], check=True)


@pytest.fixture(scope="module")
def pushed(tmp_path_factory):
    """A pushed model that answers a tenth of the size, and refuses sizes below 0."""
    import tensorflow as tf

    def answer(rows):
        with tf.control_dependencies([tf.debugging.assert_non_negative(rows["size"])]):
            red = tf.cast(rows["the_u20_colour"] == "red", tf.float32)
            one = 0.1 * rows["size"] + 0.4 * red
        several = tf.stack([one, 2 * one], axis=1)
        return {"probability": one[:, tf.newaxis], "several": several}

    types = {"size": tf.float32, "the_u20_colour": tf.string, "age": tf.int64}
    specs = {name: tf.TensorSpec([None], dtype, name=name) for name, dtype in types.items()}
    module = tf.Module()
    module.serve_rows = tf.function(answer, input_signature=[specs])
    folder = tmp_path_factory.mktemp("pushed")
    tf.saved_model.save(module, str(folder / "model"), {"serve_rows": module.serve_rows})
    base = folder / "serving"
    version = registry.push(folder / "model", base, "things", registry.Record())
    registry.set_label(base, "things", "stable", version)
    return Place(folder)


@pytest.mark.slow
def test_the_pushed_model_is_asked_in_this_process(pushed):
    result = pushed.run("--local", "--row", '{"size": 2.0, "the colour": "red"}')

    assert result.stdout == "probability 0.6, several (1: 1.2, 0: 0.6) (things version 1)\n"


@pytest.mark.slow
def test_the_pushed_model_answers_a_file_as_a_server_would(pushed):
    path = pushed.csv("size,the colour\n1,red\n,blue\n2,\n")

    pushed.run("--local", "--csv", path, "--out", f"{pushed.folder}/out.csv")

    rows = pushed.answers()
    assert rows[0] == ["row", "probability", "several.0", "several.1", "version", "error"]
    assert [one[1] for one in rows[1:]] == ["0.5", "", "0.2"]
    assert rows[1][3] == "1.0"


@pytest.mark.slow
def test_what_the_pushed_model_refuses_is_said_without_a_traceback(pushed):
    text = pushed.refused("--local", "--row", '{"size": -2.0}')

    assert "does not take this" in text
