"""`tfxp batch` on small real models that were pushed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import registry
from pipeline.commands.batch import command
from pipeline.errors import UserError
from tests.pipeline.things import configured
from tfxp_client import Client

pytestmark = pytest.mark.slow

TFXP = str(Path(sys.executable).with_name("tfxp"))
SCHEMA = """\
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "size" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "owner" type: BYTES value_count { min: 1 max: 1 } }
feature { name: "y" type: INT presence { min_fraction: 1 } shape {} not_in_environment: "SERVING" }
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Returns a function from a factor and a delay to the folder of a model: factor × size."""
    import tensorflow as tf

    made = {}

    def export(factor, rounds=0):
        if (factor, rounds) in made:
            return made[factor, rounds]

        def serve(examples):
            spec = {"size": tf.io.FixedLenFeature([], tf.float32)}
            size = tf.io.parse_example(examples, spec)["size"]
            # Work that changes nothing, for a batch that takes a while.
            square = tf.fill([400, 400], 0.0)
            for _ in tf.range(rounds):
                square = tf.linalg.matmul(square, square)
            return {"probability": (factor * size + square[0, 0])[:, tf.newaxis]}

        module = tf.Module()
        examples = tf.TensorSpec([None], tf.string, name="examples")
        signature = tf.function(serve, input_signature=[examples])
        made[factor, rounds] = tmp_path_factory.mktemp("model")
        tf.saved_model.save(
            module, str(made[factor, rounds]), signatures={"serving_default": signature}
        )
        return made[factor, rounds]

    return export


class Place:
    """A configuration in a folder, with pushed models and rows."""

    def __init__(self, folder, models):
        self.folder, self.models = folder, models
        self.base = folder / "serving"
        self.out = folder / "out"
        (folder / "schema.pbtxt").write_text(SCHEMA)
        self.options = configured(folder, folder / "schema.pbtxt")
        self.rows = folder / "rows.csv"
        self.rows.write_text("id,size,y\na,1,0\nb,x,1\na,3,1\nc,4,1\n")

    def push(self, factor, label="stable", rounds=0):
        model = self.models(factor, rounds)
        version = registry.push(model, self.base, "things", registry.Record())
        if label:
            registry.set_label(self.base, "things", label, version)
        return version

    def arguments(self, *more):
        return [*self.options, "--input", str(self.rows), "--output", str(self.out), *more]

    def run(self, *more):
        done = CliRunner().invoke(command, self.arguments(*more), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def error(self, *more):
        with pytest.raises(UserError) as caught:
            CliRunner().invoke(
                command, self.arguments(*more), catch_exceptions=False, standalone_mode=False
            )
        return str(caught.value)

    def table(self):
        return pq.read_table(self.out).to_pylist()


@pytest.fixture
def place(tmp_path, models):
    return Place(tmp_path, models)


def test_the_stable_version_answers_and_both_counts_are_printed(place):
    place.push(0.5, label=None)
    place.push(0.25)
    place.push(0.125, label="canary")

    said = place.run("--key", "id")

    assert place.table() == [
        {"row_key": "a", "probability": 0.25, "model_version": 2},
        {"row_key": "a", "probability": 0.75, "model_version": 2},
        {"row_key": "c", "probability": 1.0, "model_version": 2},
    ]
    assert "4 rows in = 3 predictions + 1 rejected in " in said
    assert "model    things version 2\n" in said
    assert "1 row with a key that an earlier row has, too; all are kept" in said
    assert "ignored  columns that the model does not look at: y\n" in said
    assert "column 'size': no number of 32 bits, in 1 row; first " in said
    assert f"{place.rows}: line 3: 'x'" in said
    counts = json.loads((place.out / "_SUCCESS.json").read_text())
    assert (counts["rows_in"], counts["predictions"], counts["rejected"]) == (4, 3, 1)
    assert counts["plan"]["digest"] == registry.read_record(place.base, "things", 2).digest


def test_another_label_or_number_answers_if_it_is_asked_for(place):
    place.push(0.5)
    place.push(0.25, label="canary")

    place.run("--label", "canary")
    assert {row["model_version"] for row in place.table()} == {2}

    said = place.run("--version", "1")
    assert {row["model_version"] for row in place.table()} == {1}
    assert f"the model changed: what {place.out} held is worth nothing now; anew\n" in said


def test_a_finished_batch_is_not_done_again(place):
    place.push(0.5)
    place.run()
    (part,) = place.out.glob("part-*")
    before = part.stat().st_mtime_ns

    said = place.run()

    assert said.startswith("nothing to do: this batch is finished\n4 rows in = 3 predictions")
    assert part.stat().st_mtime_ns == before


def test_without_a_pushed_model_it_is_said_how_to_make_one(place):
    message = place.error()

    assert "no pushed model in " in message
    assert f"`tfxp run --config {place.folder}/what.toml" in message
    assert not place.out.exists()


def test_without_a_stable_version_there_is_no_silent_choice(place):
    place.push(0.5, label=None)

    assert "has the label 'stable'; choose one with --version: 1" in place.error()


def test_a_version_that_is_not_there_is_an_error(place):
    place.push(0.5)

    assert "--version 7: not in " in place.error("--version", "7")


def test_a_version_and_a_label_at_once_are_a_usage_error(place):
    done = CliRunner().invoke(command, place.arguments("--version", "1", "--label", "canary"))

    assert done.exit_code == 2
    assert "one of them chooses the model, not both" in done.output


def test_a_model_that_no_gate_has_seen_is_refused(place):
    version = place.push(0.5)
    (registry.version_dir(place.base, "things", version) / "record.json").unlink()

    assert "version 1 in " in (message := place.error())
    assert "is not blessed: no record says that it went through the gates" in message


def test_a_model_that_changed_since_it_was_pushed_is_refused(place):
    version = place.push(0.5)
    with (registry.version_dir(place.base, "things", version) / "saved_model.pb").open(
        "ab"
    ) as file:
        file.write(b"\0")

    assert "is not what was pushed: its files changed" in place.error()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.csv", "none.csv: nothing found; expected a file, a folder of files, or a glob"),
        ("rows.xlsx", "rows.xlsx: a file of which kind?"),
    ],
)
def test_an_input_that_cannot_be_read_is_an_error(place, name, message):
    place.push(0.5)
    place.rows = place.folder / name
    if name == "rows.xlsx":
        place.rows.touch()

    assert message in place.error()


@pytest.fixture
def long(place):
    """A batch of three parts, each of some seconds' work; columns that nobody reads make it big."""
    place.push(0.5, rounds=60)
    filler = "x" * 10_000
    with place.rows.open("w") as file:
        file.write("size,filler\n")
        for number in range(3600):
            file.write(f"{number},{filler}\n")
    return place


def test_interrupted_it_says_how_to_go_on_and_goes_on(long):
    process = subprocess.Popen(
        [TFXP, "batch", *long.arguments()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has what runs in its background ignore the signal, and so would the command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    first = long.out / "part-00000-of-00003.parquet"
    while not first.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate()

    assert process.returncode == 130, said + errors
    assert "interrupted; 1 finished part is kept; `tfxp batch --config " in said
    assert "Traceback" not in said + errors
    assert not list(long.out.glob("*.partial"))
    kept = first.stat().st_ino

    again = long.run()

    assert "going on: 1 of 3 parts are finished\n" in again
    assert "3,600 rows in = 3,600 predictions + 0 rejected" in again
    assert first.stat().st_ino == kept
    table = pq.read_table(long.out)
    assert table["row_key"].to_pylist() == [f"rows.csv:{number}" for number in range(3600)]
    assert table["probability"].to_pylist() == [number / 2 for number in range(3600)]


@pytest.fixture
def network(place):
    """A small network with both signatures that answer, pushed, and rows with gaps."""
    import tensorflow as tf

    numbers = np.random.default_rng(5)
    wide, narrow = (numbers.normal(size=shape).astype(np.float32) for shape in ((2, 64), (64, 1)))

    def answer(size, owner):
        is_known = tf.cast(tf.strings.length(owner) > 0, tf.float32)
        hidden = tf.nn.relu(tf.stack([size, is_known], axis=1) @ wide)
        return {"probability": tf.sigmoid(hidden @ narrow / 8)}

    def serve_examples(examples):
        spec = {
            "size": tf.io.FixedLenFeature([], tf.float32),
            "owner": tf.io.FixedLenFeature([], tf.string, ""),
        }
        return answer(**tf.io.parse_example(examples, spec))

    def serve_rows(rows):
        return answer(**rows)

    takes_examples = tf.TensorSpec([None], tf.string, name="examples")
    takes_rows = {
        "size": tf.TensorSpec([None], tf.float32, name="size"),
        "owner": tf.TensorSpec([None], tf.string, name="owner"),
    }
    signatures = {
        "serving_default": tf.function(serve_examples, input_signature=[takes_examples]),
        "serve_rows": tf.function(serve_rows, input_signature=[takes_rows]),
    }
    tf.saved_model.save(tf.Module(), str(place.folder / "model"), signatures=signatures)
    registry.push(place.folder / "model", place.base, "things", registry.Record())
    registry.set_label(place.base, "things", "stable", 1)
    place.given = [
        {"size": float(size), "owner": "Ada" if size > 0 else None}
        for size in numbers.normal(size=5000)
    ]
    with place.rows.open("w") as file:
        file.write("size,owner\n")
        file.writelines(f"{row['size']!r},{row['owner'] or ''}\n" for row in place.given)
    return place


def test_predictions_are_what_the_server_answers_to_the_same_rows(network, tmp_path):
    ports = tmp_path / "ports.json"
    server = subprocess.Popen(
        [sys.executable, "-m", "serving", "--grpc-port", "0", "--no-rest"]
        + ["--model-config-file", str(network.base / "models.config"), "--ports-file", str(ports)],
        stdout=subprocess.DEVNULL,
    )
    try:
        network.run()
        while not ports.exists():
            assert server.poll() is None
            time.sleep(0.1)
        address = f"127.0.0.1:{json.loads(ports.read_text())['grpc']}"
        with Client(address, model="things", label="stable") as client:
            answers = client.predict(network.given, timeout_s=60)
    finally:
        server.kill()
        server.wait()

    said = [answer.probability for answer in answers]
    written = [row["probability"] for row in network.table()]
    assert np.ptp(written) > 0.3
    assert np.abs(np.array(written) - np.array(said)).max() <= 1e-5
