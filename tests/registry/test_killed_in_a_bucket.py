"""A command that is killed at any of its writes to a bucket."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("kind", "command", "every"),
    # A process takes a second to speak S3, and there are four a step.
    [("gs", "push", 1), ("gs", "promote", 1), ("gs", "gc", 1), ("minio", "push", 4)],
)
def test_killed_at_any_write_the_base_holds_whole_versions_and_a_second_try_finishes(
    request, kind, command, every
):
    """See killing_in_bucket.py, which does it."""
    store = request.getfixturevalue(kind)
    script = Path(__file__).with_name("killing_in_bucket.py")

    done = subprocess.run(
        [sys.executable, str(script), store.uri("serving"), command, str(every)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(steps) >= 6 // every
    for step in steps:
        assert step["dead"]["damaged"] == step["after"]["damaged"] == []
        assert step["dead"]["labels"]["stable"] in step["dead"]["versions"]
        assert step["after"]["leftovers"] == []
    {"push": whole_pushes, "promote": whole_moves, "gc": whole_removals}[command](steps)


def whole_pushes(steps):
    for step in steps:
        new = [v for v in step["after"]["versions"] if v not in step["before"]["versions"]]
        assert set(step["dead"]["versions"]) - set(step["before"]["versions"]) <= set(new)
        assert len(new) in (1, 2)
        assert step["dead"]["labels"] == step["before"]["labels"]


def whole_moves(steps):
    for step in steps:
        assert step["dead"]["labels"] in ({"stable": 1}, {"stable": 2})
        assert step["after"]["labels"] == {"stable": 2}


def whole_removals(steps):
    for step in steps:
        assert {1, 3} <= set(step["dead"]["versions"]) <= {1, 2, 3}
        assert step["after"]["versions"] == [1, 3]
