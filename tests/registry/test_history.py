"""What a label stood for before, and what a killed move leaves."""

import pytest

import registry
from registry.history import Move, moves, note, was_rolled_back
from registry.rollout import Rollout


@pytest.fixture
def rollout(base):
    made = Rollout(base, "taxi")
    for version in (1, 2):
        made.label("stable", version)
    return made


def path_of(rollout):
    return [(move.before, move.to) for move in moves(rollout.base, "taxi", "stable")]


def test_the_last_move_comes_first(rollout):
    assert path_of(rollout) == [(1, 2), (0, 1)]


def test_a_move_that_was_noted_and_never_made_is_none(rollout):
    note(rollout.base, "taxi", Move("stable", 2, 1, "rollback", "2026-01-01T00:00:00+00:00"))

    assert path_of(rollout) == [(1, 2), (0, 1)]
    rollout.label("stable", 3)
    assert path_of(rollout) == [(2, 3), (1, 2), (0, 1)]
    assert was_rolled_back(rollout.base, "taxi", "stable", 2) is None


def test_a_line_that_a_full_disk_cut_short_is_passed_over(rollout):
    file = rollout.base / "taxi" / ".label_moves.jsonl"
    file.write_text(file.read_text() + '\n{"label": "stable", "befo')

    rollout.label("stable", 3)

    assert path_of(rollout) == [(2, 3), (1, 2), (0, 1)]


def test_a_version_is_rolled_back_until_its_label_comes_back(rollout):
    assert was_rolled_back(rollout.base, "taxi", "stable", 2) is None

    rollout.rollback()
    assert was_rolled_back(rollout.base, "taxi", "stable", 2).to == 1
    rollout.label("stable", 3)
    assert was_rolled_back(rollout.base, "taxi", "stable", 2).to == 1

    rollout.promote(2)
    assert was_rolled_back(rollout.base, "taxi", "stable", 2) is None


def test_the_moves_of_another_label_are_its_own(rollout):
    rollout.label("canary", 3)

    assert [move.to for move in moves(rollout.base, "taxi", "canary")] == [3]
    assert path_of(rollout)[0] == (1, 2)


def test_without_moves_there_is_no_history(base):
    registry.set_label(base, "taxi", "stable", 2)

    assert moves(base, "taxi", "stable") == []
