"""`tfxp explain` on a small real model that was pushed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from ml_metadata.proto import metadata_store_pb2 as pb

import registry
from pipeline.commands.explain import command
from pipeline.errors import UserError
from pipeline.runner.store import Store
from tests.pipeline.runs import node
from tests.pipeline.things import configured

pytestmark = pytest.mark.slow

SCHEMA = """\
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "size" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "the colour" type: BYTES value_count { min: 1 max: 1 } }
feature { name: "owner" type: BYTES value_count { min: 1 max: 1 } }
feature { name: "age" type: INT presence { min_fraction: 1 } shape {} }
feature { name: "y" type: INT presence { min_fraction: 1 } shape {} not_in_environment: "SERVING" }
"""
# Sizes 1 to 4, the first red, the others without a colour: the mean answer is 0.35.
BACKGROUND = [(1.0, b"red"), (2.0, None), (3.0, None), (4.0, None)]


def export(path, asks_for_age=False):
    """A model that answers a tenth of the size, and 0.4 more for what is red."""
    import tensorflow as tf

    class Things(tf.Module):
        def answer(self, size, colour):
            red = tf.cast(colour == "red", tf.float32)
            return {"probability": (0.1 * size + 0.4 * red)[:, tf.newaxis]}

    things = Things()
    rows = {
        "size": tf.TensorSpec([None], tf.float32, name="size"),
        "the_u20_colour": tf.TensorSpec([None], tf.string, name="the_u20_colour"),
    }
    if asks_for_age:
        rows["age"] = tf.TensorSpec([None], tf.int64, name="age")
    examples = tf.TensorSpec([None], tf.string, name="examples")
    serve_rows = tf.function(
        lambda rows: things.answer(rows["size"], rows["the_u20_colour"]), input_signature=[rows]
    )
    features = tf.function(
        lambda examples: {"y_xf": tf.zeros(tf.shape(examples))}, input_signature=[examples]
    )
    signatures = {"serve_rows": serve_rows, "transform_features": features}
    tf.saved_model.save(things, str(path), signatures=signatures)


def write_background(folder):
    import tensorflow as tf

    from components.explainer.sample import BACKGROUND as FILE
    from components.explainer.sample import write_rows

    rows = []
    for size, colour in BACKGROUND:
        example = tf.train.Example()
        example.features.feature["size"].float_list.value.append(size)
        if colour:
            example.features.feature["the colour"].bytes_list.value.append(colour)
        rows.append(example.SerializeToString())
    folder.mkdir()
    write_rows(folder / FILE, rows)


class Place:
    """A configuration in a folder, and what runs have left there."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "schema.pbtxt").write_text(SCHEMA)
        dropped = '[features]\ndrop = ["age"]'
        self.arguments = configured(folder, folder / "schema.pbtxt", what=dropped)

    def push(self, label="stable", **options):
        export(self.folder / "model", **options)
        base = self.folder / "serving"
        version = registry.push(self.folder / "model", base, "things", registry.Record())
        if label:
            registry.set_label(base, "things", label, version)

    def explained(self):
        write_background(self.folder / "explanation")
        store = Store(self.folder / "metadata.sqlite", "things")
        spec = node("Explainer")
        spec.outputs["explanation"] = pb.ArtifactType(name="ModelExplanation")
        store.begin_run("run", {})
        execution = store.start("run", spec, {}, {})
        artifact = pb.Artifact(uri=str(self.folder / "explanation"))
        store.complete("run", spec, execution, "key", {"explanation": (artifact,)})

    def explain(self, *arguments):
        return CliRunner().invoke(command, [*self.arguments, *arguments])

    def message(self, *arguments):
        error = self.explain(*arguments).exception
        assert isinstance(error, UserError), error
        return str(error).replace(str(self.folder), "FOLDER")


@pytest.fixture(scope="module")
def pushed(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("pushed"))
    place.push()
    place.explained()
    return place


@pytest.fixture
def empty(tmp_path):
    return Place(tmp_path)


RED = '{"size": 3, "the colour": "red", "age": 40, "owner": "Ada"}'


def test_the_shares_are_the_known_ones_and_make_the_answer(pushed):
    done = pushed.explain("--row", RED, "--json")

    told = json.loads(done.stdout)
    (row,) = told["rows"]
    shares = {entry["column"]: entry["share"] for entry in row["columns"]}
    assert (told["model"], told["version"], row["background_rows"]) == ("things", 1, 4)
    assert row["answer"] == pytest.approx(0.7)
    assert row["mean"] == pytest.approx(0.35)
    assert shares == pytest.approx({"the colour": 0.3, "size": 0.05})
    assert sum(shares.values()) == pytest.approx(row["answer"] - row["mean"])


def test_a_table_is_printed_with_what_was_not_looked_at(pushed):
    done = pushed.explain("--row", RED)

    first, heading, colour, size, total, last = done.stdout.splitlines()
    assert first == (
        "things version 1: probability 0.7000; 0.3500 is the mean over 4 rows to compare with"
    )
    assert heading.split() == ["column", "value", "share", "±"]
    assert colour.split()[:4] == ["the", "colour", "red", "+0.3000"]
    assert size.split()[:3] == ["size", "3.0", "+0.0500"]
    assert total.split() == ["all", "0.7000", "-", "0.3500", "+0.3500"]
    assert last == "not looked at: age, owner"


def test_a_file_of_rows_is_explained_row_by_row(pushed, tmp_path):
    rows = tmp_path / "rows.json"
    rows.write_text('[{"size": 1}, {"size": 2, "the colour": null}]')

    told = json.loads(pushed.explain("--row", f"@{rows}", "--json").stdout)

    assert [row["answer"] for row in told["rows"]] == pytest.approx([0.1, 0.2])
    assert told["rows"][1]["columns"][0]["value"] is None


def test_the_same_question_has_the_same_answer(pushed):
    ask = ("--row", RED, "--json")

    assert pushed.explain(*ask).stdout == pushed.explain(*ask).stdout


def test_a_version_can_be_chosen(pushed):
    assert pushed.explain("--row", RED, "--version", "1").exit_code == 0
    assert pushed.message("--row", RED, "--version", "7") == (
        "--version 7: not in FOLDER/serving/things; there are: 1"
    )


def test_without_a_pushed_model_the_command_that_makes_one_is_told(empty):
    assert empty.message("--row", RED) == (
        "no pushed model in FOLDER/serving/things; `tfxp run --config FOLDER/what.toml "
        "--where FOLDER/where.toml` makes and pushes one"
    )


def test_a_version_that_is_not_stable_must_be_named(empty):
    empty.push(label=None)

    assert empty.message("--row", RED) == (
        "no version in FOLDER/serving/things is stable; choose one with --version: 1"
    )


def test_without_rows_to_compare_with_the_node_is_named(empty):
    empty.push()

    assert "`tfxp run --config FOLDER/what.toml --where FOLDER/where.toml --until Explainer`" in (
        empty.message("--row", RED)
    )


def test_what_only_the_pushed_model_asks_for_is_asked_for_too(empty):
    empty.push(asks_for_age=True)
    empty.explained()

    assert empty.message("--row", '{"size": 1}') == (
        "--row: no value of 'age'; the schema does not let it be missing"
    )
    assert empty.explain("--row", RED).exit_code == 0


def test_a_wrong_row_is_refused_before_tensorflow_is_loaded(pushed):
    code = (
        "import sys; from pipeline.cli import cli; from pipeline.errors import UserError\n"
        "try: cli(sys.argv[1:])\n"
        "except UserError as error: print(error, 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "explain", *pushed.arguments, "--row", '{"sizes": 1}'],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == (
        "--row: the schema has no column 'sizes'; did you mean 'size'? "
        "it has: size, the colour, owner, age, y False\n"
    )
