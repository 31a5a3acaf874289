"""Versions come and go while clients ask: none of them notices more than the new answer.

TFXP_LOAD_SECONDS says for how long; `benchmarks/serving_rollout.py` is the same for a minute.
"""

import os
import time

import pytest

from benchmarks.serving_rollout import roll
from benchmarks.serving_timeline import LATEST, Timeline

SECONDS = float(os.environ.get("TFXP_LOAD_SECONDS", "8"))
CLIENTS = 8


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return roll(tmp_path_factory.mktemp("rollout"), SECONDS, CLIENTS)


@pytest.mark.slow
def test_no_request_fails_while_versions_come_and_go(report):
    assert report.seen.failed == []


@pytest.mark.slow
def test_no_version_answers_that_was_not_asked_for(report):
    assert report.seen.wrong == []


@pytest.mark.slow
def test_the_load_met_every_kind_of_change(report):
    assert set(report.done) == {"canary", "broken, refused", "promote", "roll back"}
    assert set(report.seen.answers) == {
        *("stable", "canary", "newest", "version", "stable over REST", "canary over REST"),
    }
    assert len(report.seen.versions) >= 3


# --- what an answer is held against ---------------------------------------------------------------


def test_a_label_at_rest_means_one_version():
    timeline = Timeline({"stable": 1})

    assert timeline.allowed("stable", *later()) == {1}


def test_a_label_that_moves_means_either_version_until_it_is_known_to_have_moved():
    timeline = Timeline({"stable": 1})

    with timeline.moving({"stable": 2}):
        assert timeline.allowed("stable", *later()) == {1, 2}
        assert not timeline.is_kept(1, *later())

    assert timeline.allowed("stable", *later()) == {2}
    assert timeline.is_kept(2, *later())


def test_a_request_that_was_sent_before_the_move_may_get_either():
    timeline = Timeline({"stable": 1})
    began, _ = later()
    with timeline.moving({"stable": 2}):
        pass

    assert timeline.allowed("stable", began, later()[1]) == {1, 2}


def test_a_move_that_fails_leaves_the_meaning():
    timeline = Timeline({"stable": 1, LATEST: 1})

    with pytest.raises(KeyError), timeline.moving({"stable": 2, LATEST: 2}):
        raise KeyError

    assert timeline.allowed("stable", *later()) == {1}
    assert timeline.now(LATEST) == 1


def later():
    """A span of time that begins and ends now, and after all that was before."""
    return (time.monotonic(),) * 2
