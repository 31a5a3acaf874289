"""One at a time in a bucket, and objects that are replaced only if they are as they were seen."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import registry
from registry import Record, RegistryError, StorageError, bucket, lease
from registry.rollout import Rollout


@pytest.fixture
def base(store):
    return registry.base_of(store.uri("serving"))


def objects(store):
    return store.keys()


def test_an_edition_that_another_has_replaced_is_not_overwritten(store, base):
    place = base / "models.config"
    place.replace(b"first", "")
    seen = place.edition()
    place.replace(b"second", seen)

    for edition in ("", seen):
        with pytest.raises(StorageError, match="another process has changed it just now"):
            place.replace(b"third", edition)

    assert store.get("serving/models.config") == b"second"


def test_a_store_without_conditions_is_written_to_all_the_same(minio, monkeypatch):
    """As long as one at a time does it, which the marks see to."""
    base = registry.base_of(minio.uri("serving"))
    files = bucket.file_system(minio.uri())
    sent = files.pipe_file

    def pipe_file(key, content, **condition):
        if condition:
            raise OSError(38, "A header you provided implies functionality that is not implemented")
        sent(key, content)

    monkeypatch.setattr(files, "pipe_file", pipe_file)

    (base / "models.config").replace(b"text", "")

    assert minio.get("serving/models.config") == b"text"


def test_one_at_a_time_is_alone(base):
    inside, most = [], []

    def enter(number):
        with lease.held(base / ".locks" / "a", "counting"):
            inside.append(number)
            most.append(len(inside))
            (base / "seen").write(b"so that it takes a while")
            inside.remove(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(enter, range(12)))

    assert most == [1] * 12


def test_who_waits_says_for_whom(minio, monkeypatch):
    base = registry.base_of(minio.uri("serving"))
    monkeypatch.setattr(lease, "_TELL_AFTER_S", 0.0)
    told, entered = [], threading.Event()

    def wait():
        with lease.held(base / ".locks" / "a", "moving labels", told.append):
            entered.set()

    with lease.held(base / ".locks" / "a", "moving labels"):
        thread = threading.Thread(target=wait)
        thread.start()
        assert not entered.wait(1)
    thread.join()

    assert entered.is_set()
    assert told[0].startswith("waiting for process ")
    assert told[0].endswith(", which is moving labels")


def test_who_is_waited_for_too_long_is_named(minio):
    base = registry.base_of(minio.uri("serving"))

    with (
        lease.held(base / ".locks" / "a", "moving labels"),
        pytest.raises(RegistryError, match="process .* is moving labels for too long"),
        lease.held(base / ".locks" / "a", "moving labels", wait_s=0.2),
    ):
        pass

    assert minio.keys() == []


def test_the_mark_of_a_dead_process_stands_in_the_way_for_a_while_only(gs, monkeypatch):
    base = registry.base_of(gs.uri("serving"))
    gs.put("serving/.locks/a/mark", b"{}")
    with (
        pytest.raises(RegistryError, match="another process is busy for too long"),
        lease.held(base / ".locks" / "a", "busy", wait_s=0.2),
    ):
        pass
    monkeypatch.setattr(lease, "STALE_S", 0.5)

    with lease.held(base / ".locks" / "a", "busy", wait_s=5):
        assert len(gs.keys()) == 1

    assert gs.keys() == []


def test_a_mark_lives_as_long_as_its_owner(gs, monkeypatch):
    base = registry.base_of(gs.uri("serving"))
    monkeypatch.setattr(lease, "STALE_S", 1.0)
    monkeypatch.setattr(lease, "_RENEW_S", 0.2)

    with lease.held(base / ".locks" / "a", "busy") as first:
        with (
            pytest.raises(RegistryError, match="is busy for too long"),
            lease.held(base / ".locks" / "a", "busy", wait_s=2),
        ):
            pass
        first.require()


@pytest.mark.parametrize("moment", ["registry.rollout.require_intact", "registry.history.note"])
def test_who_stood_still_moves_no_label_any_more(gs, saved_model, monkeypatch, moment):
    base = registry.base_of(gs.uri("serving"))
    registry.push(saved_model, base, "taxi", Record())

    def stand_still(*_):
        """Until another has taken the mark away."""
        for key in objects(gs):
            if "/rollout/" in key:
                gs.remove(key)

    monkeypatch.setattr(moment, stand_still)
    with pytest.raises(StorageError, match="held too long without a sign of life"):
        Rollout(base, "taxi").promote(1)

    assert registry.labels(base, "taxi") == {}


def test_who_stood_still_for_long_knows_it_without_asking(gs, monkeypatch):
    base = registry.base_of(gs.uri("serving"))
    with lease.held(base / ".locks" / "a", "busy") as mine:
        mine.require()
        monkeypatch.setattr(lease, "STALE_S", 0.0)

        with pytest.raises(StorageError, match="held too long without a sign of life"):
            mine.require()
