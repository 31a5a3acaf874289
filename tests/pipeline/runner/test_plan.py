"""What a node's cached result depends on."""

from importlib import metadata

import pytest

from pipeline.runner import plan


@pytest.fixture
def installed(monkeypatch):
    versions = {}

    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(metadata, "version", version)
    return versions


def test_a_library_is_known_by_its_version(installed):
    installed.update({"keras": "3.15"})

    assert plan._version("keras") == "3.15"


def test_either_build_of_tensorflow_counts_as_tensorflow(installed):
    installed.update({"tensorflow-cpu": "2.21"})

    assert plan._version("tensorflow") == "2.21"


def test_a_library_that_is_missing_is_an_error(installed):
    with pytest.raises(metadata.PackageNotFoundError):
        plan._version("keras")
