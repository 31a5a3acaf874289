"""A label moves to a version that the server serves, and to no other."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import registry
from registry import RegistryError, ServerError, VersionRefused
from registry.history import moves
from registry.labels import labelled_only
from registry.models_config import change_entry, read_entry
from registry.rollout import Rollout
from registry.server import Server
from registry.versions import WARM_UP_FILE
from tests.registry.stand_in import StandIn


@pytest.fixture
def rollout(base, server):
    """With version 1 stable."""
    made = Rollout(base, "taxi", server)
    made.label("stable", 1)
    return made


@pytest.fixture
def unasked(base):
    """Without a server."""
    made = Rollout(base, "taxi")
    made.label("stable", 1)
    return made


def stands(rollout):
    entry = read_entry(rollout.base, "taxi")
    return dict(entry.labels), list(entry.versions)


def test_a_version_is_loaded_beside_the_stable_one_before_its_label_moves(rollout, serving):
    moved = rollout.promote(2)

    assert (moved.before, moved.version) == (1, 2)
    assert moved.checked == f"the server at {serving.address} answered 2 requests with it"
    assert stands(rollout) == ({"stable": 2}, [2])
    assert serving.refused == []
    assert ([1, 2], {"stable": 1}) in serving.log
    assert ([1, 2], {"stable": 2}) in serving.log


def test_the_server_that_is_no_longer_asked_for_a_version_unloads_it(rollout, serving):
    rollout.promote(2)

    serving.wait_until(lambda: serving.loaded == [2])
    assert serving.log[-1] == ([2], {"stable": 2})


def test_labelling_at_once_is_what_a_server_refuses(base, rollout, serving):
    registry.set_label(base, "taxi", "stable", 2)

    serving.wait_until(lambda: serving.refused)
    assert serving.loaded == [1]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            lambda serving: serving.broken.update({2: "no MetaGraphDef"}),
            "could not load it: no MetaGraphDef",
        ),
        (lambda serving: serving.slow.add(2), "has not loaded it within 1 s: LOADING"),
        (
            lambda serving: serving.mute.add(2),
            r"does not answer request 1 of 2 \(signature serving_default\): "
            "INVALID_ARGUMENT: Could not parse example input",
        ),
        (
            lambda serving: setattr(serving, "answer", float("nan")),
            "output 'probability' is nan, expected a finite number",
        ),
        (
            lambda serving: setattr(serving, "surplus", 1),
            r"output 'probability' cannot be read: 2 values in a tensor of shape \[1\]",
        ),
    ],
)
def test_a_version_that_the_server_does_not_serve_is_not_labelled(rollout, serving, fault, words):
    fault(serving)

    with pytest.raises(VersionRefused, match=f"version 2 of taxi: the server at .* {words}"):
        rollout.promote(2)

    assert stands(rollout) == ({"stable": 1}, [1])
    assert serving.refused == []
    assert [move.to for move in moves(rollout.base, "taxi", "stable")] == [1]


def test_a_version_that_failed_before_is_waited_for_when_it_is_tried_again(rollout, serving):
    serving.broken[2] = "half copied"
    with pytest.raises(VersionRefused, match="half copied"):
        rollout.promote(2)
    serving.wait_until(lambda: serving.loaded == [1])
    mended = threading.Timer(0.3, serving.broken.clear)
    mended.start()

    rollout.promote(2)

    assert stands(rollout) == ({"stable": 2}, [2])


def test_a_server_that_does_not_look_for_the_version_is_told_to_poll(base):
    with StandIn(base / "elsewhere", "taxi") as serving:
        rollout = Rollout(base, "taxi", Server(address=serving.address, timeout_s=0.3))

        with pytest.raises(VersionRefused, match=r"has not looked for it within 0.3 s; it must"):
            rollout.label("stable", 1)

    assert stands(rollout) == ({}, [])


def test_a_server_that_does_not_follow_the_label_gets_it_back(rollout, serving):
    serving.is_deaf = True

    with pytest.raises(VersionRefused, match="taken over the label stable within 1 s: it stands"):
        rollout.promote(2)

    assert stands(rollout) == ({"stable": 1}, [1])


def test_without_the_server_that_must_be_asked_nothing_is_touched(base):
    rollout = Rollout(base, "taxi", Server(address="127.0.0.1:9", timeout_s=1.0))

    with pytest.raises(ServerError, match="127.0.0.1:9 does not answer .*; start it, set"):
        rollout.label("stable", 1)

    assert not (base / "models.config").exists()


def test_where_no_server_is_asked_it_is_said(unasked):
    assert unasked.promote(2).checked == "no server was asked"
    assert stands(unasked) == ({"stable": 2}, [2])


def test_a_version_without_rows_to_ask_is_labelled_when_it_is_available(rollout):
    without_rows(rollout.base, 2)

    assert rollout.promote(2).checked.endswith("has loaded it, and it brings no rows to be asked")


def without_rows(base, version):
    folder = registry.version_dir(base, "taxi", version)
    (folder / WARM_UP_FILE).unlink()
    sums = json.loads((folder / "manifest.json").read_text())
    del sums[WARM_UP_FILE]
    (folder / "manifest.json").write_text(json.dumps(sums))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (
            lambda folder: (folder / "assets" / "vocabulary").write_text("other"),
            "2: assets/vocabulary: not as pushed",
        ),
        (lambda folder: (folder / "assets" / "vocabulary").unlink(), "assets/vocabulary: not as"),
        (lambda folder: (folder / "assets" / "more").write_text(""), "assets/more: not as pushed"),
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json: .*push the model"),
    ],
)
def test_a_damaged_version_is_refused(unasked, harm, words):
    harm(registry.version_dir(unasked.base, "taxi", 2))

    with pytest.raises(VersionRefused, match=words):
        unasked.promote(2)

    assert stands(unasked) == ({"stable": 1}, [1])


def test_a_version_that_is_not_there_is_refused_with_those_that_are(unasked):
    with pytest.raises(RegistryError, match="no version 9; there are: 1, 2, 3"):
        unasked.promote(9)


def test_promoting_takes_the_canary_and_without_one_the_newest(unasked):
    unasked.label("canary", 2)
    assert unasked.promote().version == 2

    change_entry(unasked.base, "taxi", lambda entry: labelled_only({"stable": 2}))
    assert unasked.promote().version == 3


def test_promoting_again_changes_nothing(unasked):
    unasked.promote(2)
    lines = history_lines(unasked)

    again = unasked.promote(2)

    assert (again.before, again.version) == (2, 2)
    assert history_lines(unasked) == lines


def history_lines(rollout):
    return (rollout.base / "taxi" / ".label_moves.jsonl").read_text()


def test_rolling_back_goes_to_what_was_stable_before_and_again_changes_nothing(unasked):
    for version in (2, 3):
        unasked.promote(version)

    assert unasked.rollback().version == 2
    assert unasked.rollback().version == 2
    assert unasked.rollback(1).version == 1


def test_what_was_promoted_after_a_rollback_is_rolled_back_from(unasked):
    unasked.promote(2)
    unasked.rollback()
    unasked.promote(3)

    assert unasked.rollback().version == 1


def test_a_label_that_other_hands_moved_goes_back_to_what_its_version_was_compared_with(base):
    registry.set_label(base, "taxi", "stable", 3)
    record = base / "taxi" / "3" / "record.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps(told | {"baseline_version": 2}))

    assert Rollout(base, "taxi").rollback().version == 2


def test_the_first_stable_version_has_none_to_go_back_to(unasked):
    with pytest.raises(RegistryError, match="version 1 of taxi is the first stable one"):
        unasked.rollback()


def test_without_a_stable_version_there_is_none_to_go_back_from(base):
    with pytest.raises(RegistryError, match="no version of taxi is stable"):
        Rollout(base, "taxi").rollback()


def test_a_canary_leaves_stable_where_it_is(rollout):
    rollout.label("canary", 2)

    assert stands(rollout) == ({"stable": 1, "canary": 2}, [1, 2])


def test_a_canary_that_was_promoted_goes_back_with_stable(rollout, serving):
    rollout.label("canary", 2)
    rollout.promote()
    assert stands(rollout) == ({"stable": 2, "canary": 2}, [2])

    rollout.rollback()

    assert stands(rollout) == ({"stable": 1, "canary": 1}, [1])
    assert serving.refused == []


def test_a_canary_that_is_tried_stays_while_stable_moves(unasked):
    unasked.label("canary", 3)

    unasked.promote(2)

    assert stands(unasked)[0] == {"stable": 2, "canary": 3}


def test_the_trial_of_a_canary_ends_on_the_stable_version(rollout):
    rollout.label("canary", 2)

    rollout.end_canary()

    assert stands(rollout) == ({"stable": 1, "canary": 1}, [1])


def test_without_a_canary_no_trial_can_be_ended(unasked):
    with pytest.raises(RegistryError, match="no version of taxi is canary"):
        unasked.end_canary()


def test_two_at_once_move_the_label_one_after_the_other(rollout, serving):
    told = []
    first = Rollout(rollout.base, "taxi", rollout.server, told.append)
    serving.slow.add(2)
    promoting = threading.Thread(target=lambda: first.promote(2))
    promoting.start()
    serving.wait_until(lambda: 2 in serving.known)
    second = Rollout(rollout.base, "taxi", rollout.server, told.append)
    threading.Timer(0.3, serving.slow.clear).start()

    second.promote(3)
    promoting.join()

    assert [line for line in told if line.startswith("waiting for process")] != []
    assert stands(rollout) == ({"stable": 3}, [3])
    assert [move.to for move in moves(rollout.base, "taxi", "stable")] == [3, 2, 1]


@pytest.mark.parametrize(("command", "end"), [("promote", 2), ("rollback", 1)])
def test_killed_at_any_step_the_same_command_finishes(base, serving, command, end):
    registry.version_dir(base, "taxi", 3).rename(base / "gone")
    driver = Path(__file__).with_name("killing.py")
    done = subprocess.run(
        [sys.executable, str(driver), str(base), serving.address, command],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    # Four writes, and the moment before and after each.
    assert len(steps) == 8
    assert {step["dead"]["labels"]["stable"] for step in steps} == {1, 2}
    assert all(step["dead"]["labels"]["stable"] in step["dead"]["versions"] for step in steps)
    assert [step["after"] for step in steps] == [{"labels": {"stable": end}, "versions": [end]}] * 8
    assert serving.refused == []
