"""Memory returns when versions are unloaded."""

import pytest

from benchmarks.serving_memory import cycle

pytestmark = pytest.mark.slow

# `benchmarks/serving_memory.py` does fifty.
CYCLES = 10


@pytest.fixture(scope="module")
def memory(tmp_path_factory):
    return cycle(tmp_path_factory.mktemp("memory"), CYCLES)


def test_loading_and_unloading_leaves_the_memory_as_it_was(memory):
    assert abs(memory.growth) <= 0.1


def test_a_loaded_version_takes_memory_or_nothing_was_measured(memory):
    assert memory.loaded > memory.start + 60 * 2**20
