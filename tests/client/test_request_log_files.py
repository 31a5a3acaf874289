"""Files of the request log: whole, dated, in time; and what a disk that refuses costs."""

import shutil
import subprocess
import sys
import threading

import pytest

from tests.client.logged import answered, asked, files, logs, records, texts
from tfxp_client.request_log import RequestLog, Rotation
from tfxp_client.request_log_files import Files
from tfxp_client.request_log_records import entry_of, framed
from tfxp_client.request_log_writer import Writer

NOON = 1764072000.0
DAY_S = 86400.0


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


def counts(folder):
    return [len(list(records(path))) for path in files(folder)]


def test_a_reader_sees_no_file_before_it_is_whole(tmp_path):
    written = Files(tmp_path, Rotation(), Clock())
    written.append(framed(b"one"), 1)

    assert list(tmp_path.glob("*/*")) == list(tmp_path.glob("*/.*.partial"))
    assert written.written == 0
    written.finish()
    assert [list(records(path)) for path in files(tmp_path)] == [[b"one"]]
    assert written.written == 1
    assert not list(tmp_path.glob("*/.*"))


def test_a_file_ends_when_it_is_long_enough(tmp_path):
    written = Files(tmp_path, Rotation(max_bytes=100), Clock())
    for _ in range(5):
        written.append(framed(b"x" * 40), 1)
    written.finish()

    assert counts(tmp_path) == [2, 2, 1]


def test_a_file_ends_when_it_is_old_enough_also_if_nothing_comes(tmp_path):
    clock = Clock()
    written = Files(tmp_path, Rotation(max_s=300), clock)
    written.append(framed(b"one"), 1)
    assert written.due_in_s() == 300
    clock.now += 299
    written.finish_if_due()
    assert files(tmp_path) == []
    clock.now += 1
    assert written.due_in_s() == 0
    written.finish_if_due()

    assert counts(tmp_path) == [1]
    assert written.due_in_s() is None


def test_a_file_that_cannot_be_finished_is_lost_and_counted(tmp_path):
    written = Files(tmp_path, Rotation(), Clock())
    written.append(framed(b"one") + framed(b"two"), 2)
    shutil.rmtree(tmp_path / "2025-11-25")

    with pytest.raises(FileNotFoundError):
        written.finish()
    assert (written.written, written.lost) == (0, 2)
    written.append(framed(b"three"), 1)
    written.finish()
    assert (written.written, written.lost) == (1, 2)
    assert counts(tmp_path) == [1]


def test_the_thread_finishes_an_old_file_by_itself(tmp_path):
    with RequestLog(tmp_path, rotation=Rotation(max_s=0.3)) as log:
        log.offer(asked(), answered())
        for _ in range(100):
            if log.written:
                break
            threading.Event().wait(0.05)
        assert counts(tmp_path) == [1]


def test_at_midnight_another_folder_begins(tmp_path):
    clock = Clock(NOON + DAY_S / 2 - 1)
    written = Files(tmp_path, Rotation(max_s=1000), clock)
    written.append(framed(b"late"), 1)
    clock.now += 2
    written.append(framed(b"early"), 1)
    written.finish()

    assert [path.parent.name for path in files(tmp_path)] == ["2025-11-25", "2025-11-26"]
    assert counts(tmp_path) == [1, 1]


def test_no_file_is_overwritten_by_a_process_that_looks_the_same(tmp_path):
    first = Files(tmp_path, Rotation(), Clock())
    first.append(framed(b"one"), 1)
    first.finish()
    (path,) = files(tmp_path)
    number = int(path.name.split(".tfrecord")[0].rpartition("-")[2])
    taken = path.with_name(path.name.replace(f"-{number}.tfrecord", f"-{number + 1}.tfrecord"))
    taken.write_bytes(path.read_bytes())

    second = Files(tmp_path, Rotation(), Clock())
    second.append(framed(b"two"), 1)
    second.finish()

    found = sorted(record for path in files(tmp_path) for record in records(path))
    assert found == [b"one", b"one", b"two"]


def test_a_folder_that_went_away_costs_its_records_and_comes_again(tmp_path, caplog):
    folder = tmp_path / "requests"
    with RequestLog(folder, retry_s=0, rotation=Rotation(max_bytes=1)) as log:
        log.offer(asked(), answered(), request_id="before")
        wait_for(lambda: log.written == 1)
        shutil.rmtree(folder)
        folder.write_text("a file stands in its place")
        for number in range(3):
            log.offer(asked(), answered(), request_id=f"lost {number}")
            wait_for(lambda lost=number + 1: log.lost == lost)
        folder.unlink()
        log.offer(asked(), answered(), request_id="after")

    assert [one.log_metadata.request_origin for one in logs(folder)] == ["after"]
    assert (log.written, log.lost) == (2, 3)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "Not a directory" in said[0]
    assert str(folder) in said[0]
    assert said[1] == "request log: writing again; 3 requests were lost"


FULL_DISK = """
import os, resource, sys, threading
from tests.client.logged import answered, asked, texts
from tfxp_client.request_log import RequestLog

log = RequestLog(sys.argv[1], retry_s=0)

def offer(name, size):
    before = (log._files._open.records if log._files._open else 0) + log.lost + log.written
    log.offer(asked(company=texts(os.urandom(size))), answered(), request_id=name)
    while (log._files._open.records if log._files._open else 0) + log.lost + log.written == before:
        threading.Event().wait(0.02)

offer("fits", 1000)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
offer("does not fit", 20_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
offer("fits again", 20_000)
log.close()
sys.exit(f"{log.written} {log.lost}")
"""


def test_when_the_disk_is_full_what_was_written_is_kept_whole(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path], text=True, capture_output=True, check=False
    )

    *said, kept = done.stderr.splitlines()
    assert kept == "2 1", done.stderr
    assert [one.log_metadata.request_origin for one in logs(tmp_path)] == ["fits", "fits again"]
    assert said[0].startswith("request log: [Errno 27] File too large")
    assert said[1:] == ["request log: writing again; 1 requests were lost"]


def test_what_waits_is_bounded_and_nobody_waits_for_the_disk(tmp_path):
    go = threading.Event()

    def encode(entry):
        go.wait()
        return framed(entry.request)

    written = Files(tmp_path, Rotation(), Clock())
    writer = Writer(written, encode, max_waiting_bytes=100_000, retry_s=0)
    thread = threading.Thread(target=writer.run)
    thread.start()
    entry = entry_of(asked(company=texts(b"x" * 9000)), answered(), "id", NOON)
    for _ in range(50):
        writer.put(entry)
    dropped = writer.lost
    go.set()
    writer.stop()
    thread.join()

    assert dropped == 50 - 100_000 // entry.size
    assert counts(tmp_path) == [50 - dropped]


def test_one_request_above_the_bound_is_still_written(tmp_path):
    with RequestLog(tmp_path, max_waiting_bytes=10) as log:
        log.offer(asked(), answered())

    assert (log.written, log.lost) == (1, 0)


@pytest.mark.parametrize("compress", [True, False])
def test_offers_of_many_threads_are_all_written_once(tmp_path, compress):
    rotation = Rotation(compress=compress, max_bytes=20_000)
    with RequestLog(tmp_path, rotation=rotation) as log:

        def ask(thread):
            for number in range(100):
                log.offer(asked(), answered(), request_id=f"{thread}-{number}")

        threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    ids = [one.log_metadata.request_origin for one in logs(tmp_path)]
    assert sorted(ids) == sorted(f"{t}-{n}" for t in range(8) for n in range(100))
    assert log.written == 800


def wait_for(holds):
    """Until it holds, or ten seconds."""
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError
