"""Pushing: whole or not at all, ever larger versions, whoever pushes at the same time."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import registry
from registry import Record, RegistryError

RECORD = Record(pushed_at="2026-01-02T03:04:05+00:00", metrics={"auc": 0.9}, seed=7)


def push(source, base):
    return registry.push(source, base, "taxi", RECORD)


def test_versions_are_1_2_3_however_fast_they_come(saved_model, tmp_path):
    base = tmp_path / "base"

    assert [push(saved_model, base) for _ in range(3)] == [1, 2, 3]
    assert registry.versions(base, "taxi") == [1, 2, 3]


def test_a_version_holds_the_model_its_manifest_and_where_it_came_from(saved_model, tmp_path):
    version = push(saved_model, tmp_path / "base")

    folder = tmp_path / "base" / "taxi" / str(version)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    record = registry.read_record(tmp_path / "base", "taxi", version)
    assert files == {
        "saved_model.pb",
        "variables/variables.data-00000-of-00001",
        "assets/vocabulary",
        "record.json",
        "manifest.json",
    }
    assert set(json.loads((folder / "manifest.json").read_text())) == files - {
        "record.json",
        "manifest.json",
    }
    assert (record.version, record.metrics, record.seed) == (1, {"auc": 0.9}, 7)
    assert record.digest == registry.digest(saved_model) == registry.digest(folder)


def test_a_deleted_version_is_never_used_again(saved_model, tmp_path):
    base = tmp_path / "base"
    push(saved_model, base)
    newest = registry.version_dir(base, "taxi", push(saved_model, base))
    newest.rename(tmp_path / "elsewhere")

    assert push(saved_model, base) == 3


def test_versions_that_others_made_are_counted(saved_model, tmp_path):
    base = tmp_path / "base"
    (base / "taxi").mkdir(parents=True)
    theirs = saved_model.rename(base / "taxi" / "1700000000")

    assert push(theirs, base) == 1700000001


def test_a_folder_without_a_model_is_not_pushed(tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(RegistryError, match=r"no saved_model\.pb; nothing was pushed"):
        push(tmp_path / "empty", tmp_path / "base")
    assert registry.versions(tmp_path / "base", "taxi") == []


def test_a_copy_that_differs_from_its_source_is_not_pushed(saved_model, tmp_path, monkeypatch):
    def half_a_copy(source, target):
        content = source.read_bytes()
        target.write_bytes(content[: len(content) // 2])

    monkeypatch.setattr("registry.pushing.shutil.copyfile", half_a_copy)

    with pytest.raises(RegistryError, match="did not arrive as sent; nothing was pushed"):
        push(saved_model, tmp_path / "base")
    assert list((tmp_path / "base" / "taxi").iterdir()) == []


def test_a_disk_that_is_full_is_one_clear_error_and_leaves_nothing(saved_model, tmp_path):
    base = tmp_path / "base"
    code = (
        "import resource, sys, pathlib, registry;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        "model, base = map(pathlib.Path, sys.argv[1:]);"
        "registry.push(model, base, 'taxi', registry.Record())"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(saved_model), str(base)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr.splitlines()[-1] == (
        f"registry.errors.RegistryError: {base / 'taxi'}: File too large; nothing was pushed; "
        "make room, or let this user write there"
    )
    assert list((base / "taxi").iterdir()) == []


def test_whenever_the_disk_fails_nothing_is_pushed_or_all_of_it(saved_model, tmp_path, monkeypatch):
    sync = os.fsync
    for good_calls in range(100):
        base, calls = tmp_path / str(good_calls), iter([True] * good_calls)

        def failing(descriptor, calls=calls):
            if not next(calls, False):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", failing)
        try:
            pushed = [push(saved_model, base)]
        except RegistryError:
            pushed = []

        assert registry.versions(base, "taxi") == pushed
        if next(calls, False):
            break
    assert pushed


def test_a_file_in_the_place_of_the_base_is_one_clear_error(saved_model, tmp_path):
    (tmp_path / "base").write_text("not a folder")

    with pytest.raises(RegistryError, match="nothing was pushed"):
        push(saved_model, tmp_path / "base")


PUSH_MANY = textwrap.dedent(
    """
    import pathlib, sys
    import registry
    source, base, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    for _ in range(count):
        print(registry.push(source, base, "taxi", registry.Record()), flush=True)
    """
)


def pusher(source, base, count):
    command = [sys.executable, "-c", PUSH_MANY, str(source), str(base), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_pushers_at_the_same_time_never_share_a_version(saved_model, tmp_path):
    base = tmp_path / "base"

    pushers = [pusher(saved_model, base, 20) for _ in range(3)]
    pushed = [int(line) for process in pushers for line in process.communicate()[0].split()]

    assert sorted(pushed) == list(range(1, 61))
    assert registry.versions(base, "taxi") == list(range(1, 61))
    assert [process.returncode for process in pushers] == [0, 0, 0]


def test_a_reader_that_polls_never_sees_half_a_model(saved_model, tmp_path):
    base = tmp_path / "base"
    expected = registry.digest(saved_model)

    process = pusher(saved_model, base, 60)
    seen = {}
    while process.poll() is None:
        # As TF Serving does: whatever has an integer for a name is a version.
        for folder in base.glob("taxi/[0-9]*"):
            if folder.name not in seen:
                seen[folder.name] = registry.digest(folder)
                assert (folder / "record.json").exists()

    assert process.returncode == 0
    assert len(seen) >= 10, "the reader must have seen versions while they came"
    assert set(seen.values()) == {expected}


def test_a_killed_pusher_leaves_nothing_that_counts_and_the_next_one_cleans_up(tmp_path):
    source = tmp_path / "model"
    source.mkdir()
    (source / "saved_model.pb").write_bytes(b"x")
    for number in range(300):
        (source / f"asset-{number}").write_bytes(os.urandom(20_000))
    base = tmp_path / "base"
    process = pusher(source, base, 1)
    deadline = time.monotonic() + 30
    while not list(base.glob("taxi/.incoming-*/asset-1*")):
        assert time.monotonic() < deadline
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert registry.versions(base, "taxi") == []
    assert len(list(base.glob("taxi/.incoming-*"))) == 1
    assert registry.push(source, base, "taxi", Record()) == 1
    assert list(base.glob("taxi/.incoming-*")) == []
