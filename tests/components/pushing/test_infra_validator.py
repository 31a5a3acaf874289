"""A model that does not load, answer or agree with itself is not blessed."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from components.errors import InputError
from components.infra_validator.component import InfraValidator
from components.infra_validator.questions import Rows
from components.infra_validator.trial import Limits, try_model

OPTIONS = {"rows": 8, "load_timeout_s": 120, "latency_budget_ms": None, "image": None}


@pytest.fixture
def validate(artifact, examples, schema):
    def validate(model, **options):
        blessing = artifact(standard_artifacts.InfraBlessing, "blessing")
        InfraValidator.test_call(
            model=model,
            examples=examples,
            schema=schema,
            blessing=blessing,
            options=json.dumps(OPTIONS | options),
        )
        return blessing

    return validate


def reason(blessing):
    return blessing.get_string_custom_property("reason")


def test_a_model_with_one_signature_that_answers_rows_without_their_label_is_blessed(
    validate, export
):
    blessing = validate(export(), latency_budget_ms=60_000)

    assert reason(blessing) == ""
    assert blessing.get_int_custom_property("blessed") == 1
    assert Path(blessing.uri, "INFRA_BLESSED").exists()
    verdict = json.loads(Path(blessing.uri, "verdict.json").read_text())
    assert (verdict["rows"], verdict["signatures"]) == (8, ["serving_default"])
    assert 0 < verdict["p50_ms"] <= verdict["p99_ms"]


def test_a_model_that_wants_the_label_in_a_request_is_refused_with_the_row(validate, export):
    blessing = validate(export(refuses=True))

    assert blessing.get_int_custom_property("blessed") == 0
    assert Path(blessing.uri, "INFRA_NOT_BLESSED").exists()
    first, row, *_ = reason(blessing).splitlines()
    assert first.startswith("serving_default over gRPC, row 1 of 8: INVALID_ARGUMENT:")
    assert "tips" in first
    assert row == "row 1: fare=1"


def test_a_damaged_model_is_refused(validate, export):
    model = export()
    path = Path(model.uri, "Format-Serving", "saved_model.pb")
    path.write_bytes(path.read_bytes()[:100])

    blessing = validate(model)

    assert blessing.get_int_custom_property("blessed") == 0
    assert reason(blessing).startswith("it does not answer:\n")


def test_a_model_whose_variables_are_gone_is_refused_with_the_servers_log(validate, export):
    model = export()
    shutil.rmtree(Path(model.uri, "Format-Serving", "variables"))

    first, *rest = reason(validate(model)).splitlines()

    assert first.startswith("loading the model: ")
    assert rest[0] == "the server's log ends with:"
    assert "variables" in "\n".join(rest[1:])


def test_a_model_without_the_signature_is_refused(validate, export):
    blessing = validate(export(signature="elsewhere"))

    assert "no signature 'serving_default'; the model has ['elsewhere']" in reason(blessing)


def test_an_answer_that_is_no_number_is_refused(validate, export):
    blessing = validate(export(weight=float("nan")))

    first, row, *_ = reason(blessing).splitlines()
    assert first == (
        "serving_default over gRPC, row 1 of 8: 'probability' is nan; expected a finite number"
    )
    assert row == "row 1: fare=1"


def test_without_rows_nobody_is_judged(validate, export, examples):
    moved = f"{examples.uri}/Split-eval.moved"
    shutil.move(f"{examples.uri}/Split-eval", moved)
    Path(f"{examples.uri}/Split-eval").mkdir()
    try:
        with pytest.raises(InputError, match="no rows to ask the model with"):
            validate(export())
    finally:
        Path(f"{examples.uri}/Split-eval").rmdir()
        shutil.move(moved, f"{examples.uri}/Split-eval")


# --- models that pass one way and not the other ---------------------------------------------------


class Fares(tf.Module):
    """Answers with half the fare, by examples and by rows, or does one of them wrong."""

    def __init__(self, fault=""):
        super().__init__()
        self.fault = fault

    def save(self, path):
        examples = tf.TensorSpec([None], tf.string, name="examples")
        fares = tf.TensorSpec([None], tf.float32, name="fare")
        signatures = {
            "serving_default": tf.function(self.by_examples, input_signature=[examples]),
            "serve_rows": tf.function(self.by_rows, input_signature=[fares]),
            "transform_features": tf.function(self.features, input_signature=[examples]),
        }
        tf.saved_model.save(self, str(path), signatures=signatures)
        return path

    def by_examples(self, examples):
        fares = tf.io.parse_example(examples, {"fare": tf.io.FixedLenFeature([], tf.float32)})
        return self.answer(fares["fare"])

    def by_rows(self, fare):
        return {"probability": fare / 2}

    def features(self, examples):
        columns = {name: tf.io.FixedLenFeature([], tf.float32) for name in ("fare", "tips")}
        return tf.io.parse_example(examples, columns)

    def answer(self, fares):
        if self.fault == "leaks":
            fares = fares - tf.reduce_mean(fares)
        if self.fault == "hangs":
            fares = tf.while_loop(lambda _: True, lambda fares: [fares + 1], [fares])[0]
        return {"probability": fares / 2}


@pytest.fixture(scope="module")
def rows():
    def example(**columns):
        made = tf.train.Example()
        for name, value in columns.items():
            made.features.feature[name].float_list.value.append(value)
        return made.SerializeToString()

    return Rows(
        [example(fare=fare) for fare in (1.0, 2.0, 4.0)],
        [example(fare=fare, tips=0.5) for fare in (1.0, 2.0, 4.0)],
    )


def test_every_signature_is_asked_and_a_latency_above_the_budget_is_refused(rows, tmp_path):
    model = Fares().save(tmp_path / "model")

    verdict = try_model(model, rows, tmp_path, Limits(120, latency_budget_ms=1e-6))

    assert verdict.signatures == ["serve_rows", "serving_default", "transform_features"]
    assert verdict.not_asked == []
    first = verdict.reason.splitlines()[0]
    assert first.startswith("serving_default over gRPC, one row at a time: p99 of ")
    assert first.endswith("latency_budget_ms allows 1e-06")


def test_a_batch_that_disagrees_with_its_rows_is_refused(rows, tmp_path):
    model = Fares("leaks").save(tmp_path / "model")

    verdict = try_model(model, rows, tmp_path, Limits(120))

    first, row, *_ = verdict.reason.splitlines()
    assert first.startswith("serving_default over gRPC, one row at a time, row 1 of 3: ")
    assert first.endswith("'probability' is 0.0, but -0.6666666269302368 in process")
    assert row == "row 1: fare=1"


def test_a_model_that_hangs_is_refused_and_stopped(rows, tmp_path):
    model = Fares("hangs").save(tmp_path / "model")
    began = time.monotonic()

    verdict = try_model(model, rows, tmp_path, Limits(10))

    assert ": no answer within 10 s" in verdict.reason.splitlines()[0]
    assert time.monotonic() - began < 100, "the server must be killed, not waited for"
    assert servers(tmp_path) == []


def test_the_trial_ends_when_the_one_who_asked_is_killed(export, tmp_path):
    code = (
        "import sys, pathlib; from components.infra_validator.trial import *;"
        "try_model("
        "pathlib.Path(sys.argv[1]), Rows([b''], [b'']), pathlib.Path(sys.argv[2]), Limits(600))"
    )
    model = Path(export().uri, "Format-Serving")
    asker = subprocess.Popen([sys.executable, "-c", code, str(model), str(tmp_path)])
    family = []
    # The server, and the process below it that imports TensorFlow.
    while len(family) < 2:
        time.sleep(0.05)
        assert asker.poll() is None
        family = [
            member
            for server in servers(tmp_path)
            for member in (server, *server.children(recursive=True))
        ]
    asker.kill()
    asker.wait()

    gone, alive = psutil.wait_procs(family, timeout=30)

    assert alive == []


def servers(work_dir):
    """Processes of the server of a trial in that folder."""
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        is_server = "serving" in command and "keeper.py" not in " ".join(command)
        if is_server and any(str(work_dir) in word for word in command):
            found.append(process)
    return found
