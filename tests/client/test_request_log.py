"""What is written of requests, what is not, and what that costs whoever answers them."""

import datetime
import hashlib
import re
import subprocess
import sys

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.logged import answered, asked, example, files, logs, texts
from tfxp_client import wire
from tfxp_client.request_log import RequestLog, Rotation, new_request_id
from tfxp_client.request_log_checksum import crc32c

NAME = re.compile(r"requests-\d{6}-[A-Za-z0-9._]+-\d+-\d+\.tfrecord(\.gz)?")


def written(folder, request, response, **options):
    """The one PredictionLog that comes of a request."""
    with RequestLog(folder, **options) as log:
        log.offer(request, response, request_id="r1")
    (found,) = logs(folder)
    return found


def test_a_request_is_written_with_its_answer_its_id_and_the_version_that_answered(tmp_path):
    request, response = asked(company=texts(b"Blue")), answered(version=7, class_=texts(b"yes"))

    log = written(tmp_path, request, response, share=0.999, now=lambda: 1764081005.9)

    assert log.predict_log.request == request
    assert log.predict_log.response == response
    metadata = log.log_metadata
    assert metadata.request_origin == "r1"
    assert metadata.model_spec.name == "taxi"
    assert metadata.model_spec.version.value == 7
    assert metadata.model_spec.signature_name == "serve_rows"
    assert metadata.sampling_config.sampling_rate == 0.999
    assert metadata.timestamp_secs == 1764081005


@pytest.mark.parametrize("compress", [True, False])
def test_files_stand_in_folders_by_day_and_are_named_by_time_host_and_process(tmp_path, compress):
    moment = datetime.datetime(2026, 11, 25, 14, 30, 5, tzinfo=datetime.UTC).timestamp()
    rotation = Rotation(compress=compress)

    written(tmp_path, asked(), answered(), now=lambda: moment, rotation=rotation)

    (path,) = files(tmp_path)
    assert path.parent.name == "2026-11-25"
    assert path.name.startswith("requests-143005-")
    assert NAME.fullmatch(path.name)
    assert path.name.endswith(".gz") == compress


def test_a_request_without_an_id_gets_one(tmp_path):
    with RequestLog(tmp_path) as log:
        log.offer(asked(), answered())
        log.offer(asked(), answered())

    ids = {log.log_metadata.request_origin for log in logs(tmp_path)}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)


def test_of_a_long_id_the_beginning_is_kept(tmp_path):
    with RequestLog(tmp_path) as log:
        log.offer(asked(), answered(), request_id="x" * 10_000)

    assert logs(tmp_path)[0].log_metadata.request_origin == "x" * 128


def test_the_same_ids_are_in_the_sample_wherever_it_is_taken(tmp_path):
    ids = [new_request_id() for _ in range(2000)]

    with RequestLog(tmp_path / "server", share=0.25) as server:
        for one in ids:
            server.offer(asked(), answered(), request_id=one)
    with RequestLog(tmp_path / "client", share=0.25) as client:
        taken = {one for one in ids if client.takes(one)}

    assert {log.log_metadata.request_origin for log in logs(tmp_path / "server")} == taken
    assert 400 < len(taken) < 600
    assert server.written == len(taken)
    assert server.lost == 0


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (1.0, 20)])
def test_none_or_all_of_the_requests_can_be_written(tmp_path, share, count):
    with RequestLog(tmp_path, share=share) as log:
        for _ in range(20):
            log.offer(asked(), answered())

    assert len(logs(tmp_path)) == count


def test_a_share_above_one_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"share must be between 0 and 1, got 1.5"):
        RequestLog(tmp_path, share=1.5)


def test_a_request_that_is_changed_after_it_was_offered_is_written_as_it_was(tmp_path):
    request = asked(company=texts(b"Blue"))
    with RequestLog(tmp_path) as log:
        log.offer(request, answered())
        request.inputs["company"].string_val[0] = b"Red"

    assert logs(tmp_path)[0].predict_log.request.inputs["company"].string_val == [b"Blue"]


def test_what_no_log_can_hold_is_counted_and_fails_nobody(tmp_path):
    with RequestLog(tmp_path) as log:
        log.offer(wire.GetModelStatusRequest(), wire.GetModelStatusResponse())
        log.offer(asked(), answered())

    assert (log.written, log.lost) == (1, 1)


def test_what_is_offered_after_the_end_is_counted_as_lost(tmp_path):
    log = RequestLog(tmp_path)
    log.close()
    log.offer(asked(), answered())

    assert (log.written, log.lost) == (0, 1)
    assert files(tmp_path) == []


def test_a_program_that_ends_without_closing_it_leaves_a_whole_file(tmp_path):
    program = (
        "import sys; from tests.client.logged import asked, answered\n"
        "from tfxp_client.request_log import RequestLog\n"
        "log = RequestLog(sys.argv[1]); log.offer(asked(), answered(), request_id='last')\n"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True)

    assert [log.log_metadata.request_origin for log in logs(tmp_path)] == ["last"]


@given(st.integers(0, 5000), st.integers(0, 255))
def test_the_checksum_is_that_of_googles_library(length, seed):
    data = hashlib.shake_128(bytes([seed])).digest(length)

    assert crc32c(data) == google_crc32c.value(data)


@pytest.mark.parametrize("length", [68, 69, 131, 132, 133, 2**17 + 4, 2**20 + 3])
def test_the_checksum_holds_where_a_long_message_is_cut(length):
    data = hashlib.shake_128(b"seed").digest(length)

    assert crc32c(data) == google_crc32c.value(data)


@pytest.mark.slow
def test_tensorflow_and_tf_serving_read_it(tmp_path):
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    request = asked(examples=texts(example(fare=1.5).SerializeToString()))
    with RequestLog(tmp_path, rotation=Rotation(max_s=0)) as log:
        for number in range(3):
            log.offer(request, answered(), request_id=f"r{number}")
    paths = [str(path) for path in files(tmp_path)]

    found = [
        prediction_log_pb2.PredictionLog.FromString(record)
        for record in tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator()
    ]

    assert [log.log_metadata.request_origin for log in found] == ["r0", "r1", "r2"]
    (serialized,) = found[0].predict_log.request.inputs["examples"].string_val
    row = tf.train.Example.FromString(serialized).features.feature
    assert row["fare"].float_list.value == [1.5]
    assert found[0].log_metadata.model_spec.version.value == 3
