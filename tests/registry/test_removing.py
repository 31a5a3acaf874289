"""Old versions go; none that somebody needs, and none by halves."""

import json
import os
import shutil
import signal

import pytest

import registry
from registry import ServerError
from registry.models_config import change_entry, read_entry
from registry.removing import remove_old
from registry.rollout import Rollout
from registry.server import Server
from tests.registry.conftest import make_model


@pytest.fixture
def base(tmp_path):
    """Six versions of the model taxi."""
    for number in range(1, 7):
        model = make_model(tmp_path / str(number), str(number))
        registry.push(model, tmp_path / "base", "taxi", registry.Record())
    return tmp_path / "base"


def tidied(base, keep=1, server=None, *, is_trial=False):
    return remove_old(base, "taxi", keep, server, lambda line: None, is_trial=is_trial)


def test_the_newest_are_kept_and_the_others_go_with_their_bytes(base):
    size = sum(path.stat().st_size for path in (base / "taxi" / "1").rglob("*") if path.is_file())

    done = tidied(base, keep=4)

    assert registry.versions(base, "taxi") == [3, 4, 5, 6]
    assert done.removed == {1: size, 2: size}
    assert done.kept == dict.fromkeys((3, 4, 5, 6), "one of the newest")
    assert not list((base / "taxi").glob(".removed-*"))


def test_nobody_can_ask_for_none_to_be_kept(base):
    tidied(base, keep=0)

    assert registry.versions(base, "taxi") == [6]


def test_labels_and_what_stable_may_go_back_to_or_was_compared_with_are_kept(base):
    record = base / "taxi" / "4" / "record.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"baseline_version": 1}))
    rollout = Rollout(base, "taxi")
    for label, version in (("stable", 2), ("stable", 4), ("canary", 5)):
        rollout.label(label, version)

    done = tidied(base)

    assert done.kept == {
        1: "version 4 was compared with it",
        2: "stable before",
        4: "stable",
        5: "canary",
        6: "one of the newest",
    }
    assert registry.versions(base, "taxi") == [1, 2, 4, 5, 6]


def test_what_the_server_has_loaded_is_kept(base, serving, server):
    change_entry(base, "taxi", lambda entry: type(entry)({}, (1, 2)))
    serving.wait_until(lambda: serving.loaded == [1, 2])
    serving.slow.add(3)
    change_entry(base, "taxi", lambda entry: type(entry)({}, (1, 3)))
    serving.wait_until(lambda: 3 in serving.known)

    done = tidied(base, server=server)

    assert done.kept == {1: "to be loaded", 3: "to be loaded", 6: "one of the newest"}
    assert 2 in done.removed, "it is unloaded: END"

    serving.stop_following()
    change_entry(base, "taxi", lambda entry: type(entry)())
    assert tidied(base, server=server).kept == {
        1: "AVAILABLE in the server",
        3: "LOADING in the server",
        6: "one of the newest",
    }


def test_nothing_goes_while_the_server_cannot_be_asked(base):
    with pytest.raises(ServerError, match="does not answer"):
        tidied(base, server=Server(address="127.0.0.1:9", timeout_s=1.0))

    assert len(registry.versions(base, "taxi")) == 6


def test_a_trial_removes_nothing_and_says_the_same(base):
    trial = tidied(base, is_trial=True)

    assert len(registry.versions(base, "taxi")) == 6
    assert tidied(base) == trial


def test_killed_while_it_removes_no_version_is_there_by_half(base):
    child = os.fork()
    if child == 0:
        rmtree = shutil.rmtree

        def dying(place):
            rmtree(place / "variables")
            os.kill(os.getpid(), signal.SIGKILL)

        shutil.rmtree = dying
        tidied(base)
        os._exit(1)
    os.waitpid(child, 0)

    assert registry.versions(base, "taxi") == [6]
    assert len(list((base / "taxi").glob(".removed-*"))) == 5
    assert tidied(base).removed == {}
    assert not list((base / "taxi").glob(".removed-*"))


def test_the_number_of_a_version_that_went_is_not_given_again(base, tmp_path):
    change_entry(base, "taxi", lambda entry: type(entry)({"stable": 1}, (1,)))
    tidied(base)
    (base / "taxi" / "6").rename(tmp_path / "gone")

    assert registry.push(tmp_path / "gone", base, "taxi", registry.Record()) == 7
    assert read_entry(base, "taxi").labels == {"stable": 1}
