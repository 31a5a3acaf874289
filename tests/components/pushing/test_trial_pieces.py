"""What the trial of a model is made of, each piece by itself."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.errors import InputError
from components.infra_validator import keeper
from components.infra_validator.answers import difference, number_fault, shape_fault
from components.infra_validator.questions import Rows, questions, shown
from components.infra_validator.servers import check_docker, docker_command, published_port

IMAGE = "tensorflow/serving:2.19.1"


# --- answers --------------------------------------------------------------------------------------


def answers(*values, name="probability"):
    return {name: np.asarray(values)}


def test_answers_that_differ_in_their_last_bits_are_the_same():
    assert difference(answers(0.5, 0.25), answers(0.500001, 0.25)) is None


def test_the_first_row_that_differs_is_named():
    fault = difference(answers([0.5], [0.7], [0.9]), answers([0.5], [0.2], [0.1]))

    assert fault.text == "'probability' is [0.7], but [0.2] in process"
    assert fault.row == 1


def test_texts_have_to_be_equal():
    fault = difference(answers(b"Cash", b"Card"), answers(b"Cash", b"Cheque"))

    assert fault.text == "'probability' is b'Card', but b'Cheque' in process"


def test_a_number_that_is_missing_on_both_sides_is_no_difference():
    assert difference(answers(np.nan), answers(np.nan)) is None


def test_an_output_of_another_name_is_a_difference():
    fault = difference(answers(1.0, name="score"), answers(1.0))

    assert fault.text == "the outputs are ['score'], but ['probability'] in process"


def test_fewer_answers_than_rows_are_a_fault():
    assert shape_fault(answers(1.0, 2.0), 2) is None
    assert (
        shape_fault(answers(1.0), 2).text
        == "2 rows were sent, 1 answers came back as 'probability'"
    )


def test_an_infinite_answer_is_a_fault_of_its_row():
    fault = number_fault(answers(1.0, np.inf))

    assert (fault.text, fault.row) == ("'probability' is inf; expected a finite number", 1)


# --- questions ------------------------------------------------------------------------------------


def example(**columns):
    made = tf.train.Example()
    for name, value in columns.items():
        feature = made.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        else:
            feature.float_list.value.append(value)
    return made.SerializeToString()


ROWS = Rows(
    requests=[example(fare=1.0, company=b"Blue"), example(fare=2.0)],
    examples=[example(fare=1.0, company=b"Blue", tips=3.0), example(fare=2.0, tips=0.0)],
)


def test_rows_are_put_to_every_signature_as_it_takes_them():
    found = {
        "serving_default": {"examples": tf.string},
        "transform_features": {"examples": tf.string},
        "serve_rows": {"fare": tf.float32, "company": tf.string},
    }

    asked, left = questions(found, ROWS)

    by_name = {question.signature: question.inputs for question in asked}
    assert left == []
    assert by_name["serving_default"]["examples"].numpy().tolist() == ROWS.requests
    assert by_name["transform_features"]["examples"].numpy().tolist() == ROWS.examples
    assert by_name["serve_rows"]["fare"].numpy().tolist() == [1.0, 2.0]
    assert by_name["serve_rows"]["company"].numpy().tolist() == [b"Blue", b""]


def test_a_signature_of_one_text_column_takes_its_values():
    asked, _ = questions({"serve_rows": {"company": tf.string}}, ROWS)

    assert asked[0].inputs["company"].numpy().tolist() == [b"Blue", b""]


def test_a_signature_that_rows_cannot_be_put_to_is_left():
    found = {"serving_default": {"examples": tf.string}, "steer": {"angle": tf.float32}}

    asked, left = questions(found, ROWS)

    assert [question.signature for question in asked] == ["serving_default"]
    assert left == ["steer"]


def test_a_row_is_shown_with_its_columns_and_values():
    assert shown(ROWS.requests[0]) == "company='Blue', fare=1"


# --- TensorFlow Serving's image -------------------------------------------------------------------


def test_the_container_reads_the_model_and_listens_on_this_machine_alone(tmp_path):
    command = docker_command(tmp_path, IMAGE, "trial")

    assert command[:2] == ["docker", "run"]
    assert f"{tmp_path}:/models/candidate/1:ro" in command
    assert "MODEL_NAME=candidate" in command
    published = [word for before, word in pairwise(command) if before == "--publish"]
    assert published == ["127.0.0.1::8500", "127.0.0.1::8501"]
    assert command[-2:] == [IMAGE, "--max_num_load_retries=0"]


def test_the_container_fetches_nothing_and_ends_when_it_is_told_to(tmp_path):
    command = docker_command(tmp_path, IMAGE, "trial")

    assert command[command.index("--pull") + 1] == "never"
    assert {"--rm", "--init"} < set(command)


def test_the_published_port_is_read_from_what_docker_says():
    assert published_port("127.0.0.1:49153\n") == 49153
    assert published_port("") is None


def test_an_image_without_docker_is_the_configurations_fault(monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(InputError, match="there is no docker here; install it, or leave image out"):
        check_docker(IMAGE)


def test_an_image_that_docker_does_not_have_is_asked_for(monkeypatch, tmp_path):
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "Error: No such image: $5" >&2\nexit 1\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(
        InputError, match=f"No such image: {IMAGE}; start Docker and run: docker pull"
    ):
        check_docker(IMAGE)


# --- the keeper -----------------------------------------------------------------------------------

# Starts a child, as a server starts workers, and says who it is; neither ends by itself.
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def keep(*command):
    return subprocess.Popen(
        [sys.executable, "-I", Path(keeper.__file__), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_letting_go_ends_the_command_and_what_it_started():
    process = keep(sys.executable, "-c", FAMILY)
    child = int(process.stdout.readline())
    assert is_alive(child)

    process.stdin.close()

    process.wait(60)
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)


def test_the_keeper_ends_with_the_status_of_the_command():
    with keep(sys.executable, "-c", "import sys; sys.exit(7)") as process:
        assert process.wait(60) == 7

    kill = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    with keep(sys.executable, "-c", kill) as process:
        assert process.wait(60) == 128 + signal.SIGSEGV
