"""Which versions are wanted, which go, and which may be labelled."""

import os
import shutil
from pathlib import Path

import grpc
import pytest

from serving.models.folder import All, Latest, Specific, fingerprint, versions_in, wanted
from serving.models.labels import check_labels
from serving.models.policy import Standing, to_unload
from serving.servable import ServingError


def test_versions_are_folders_whose_name_is_a_number(tmp_path):
    for name in ("1", "10", "0003", ".incoming-4", "v5", "-6", "7.tmp", "٨"):
        (tmp_path / name).mkdir()
    (tmp_path / "9").write_text("a file")

    assert sorted(versions_in(tmp_path)) == [1, 3, 10]


FOUND = {version: Path(f"/m/{version}") for version in (1, 2, 3, 10)}


@pytest.mark.parametrize(
    ("policy", "versions"),
    [
        (Latest(), [10]),
        (Latest(2), [3, 10]),
        (Latest(9), [1, 2, 3, 10]),
        (All(), [1, 2, 3, 10]),
        (Specific(frozenset({2, 10, 11})), [2, 10]),
    ],
)
def test_a_policy_serves(policy, versions):
    assert sorted(wanted(policy, FOUND)) == versions


def test_no_versions_are_wanted_of_an_empty_folder():
    assert wanted(Latest(), {}) == {}


@pytest.mark.parametrize(
    ("standings", "goes"),
    [
        # The new version still loads: the old one stays.
        ([Standing(1, False, True), Standing(2, True, False)], []),
        ([Standing(1, False, True), Standing(2, True, True)], [1]),
        # Of several old ones the largest is enough.
        ([Standing(1, False, True), Standing(2, False, True), Standing(3, True, False)], [1]),
        # Nothing is wanted: the model is taken away.
        ([Standing(1, False, True), Standing(2, False, True)], [1, 2]),
        ([Standing(1, True, True), Standing(2, True, True)], []),
        ([Standing(2, False, True), Standing(1, True, True)], [2]),
    ],
)
def test_an_old_version_goes_when_another_answers(standings, goes):
    assert to_unload(standings) == goes


def check(labels, *, held=None, available=(1,), allow=False):
    check_labels(
        "taxi",
        labels,
        held=held or {},
        available=frozenset(available),
        allow_unavailable=allow,
    )


def test_a_label_may_be_given_to_a_version_that_answers():
    check({"stable": 1})
    check({"stable": 2}, held={"stable": 1}, available=(1, 2))


@pytest.mark.parametrize(
    ("held", "allow"),
    [
        ({}, False),
        ({"canary": 2}, False),
        # Clients use it already: it is not taken to where nobody answers.
        ({"canary": 1}, True),
    ],
)
def test_a_label_for_a_version_that_does_not_answer_is_refused(held, allow):
    with pytest.raises(ServingError, match='"canary" of model taxi .* version 2') as refused:
        check({"stable": 1, "canary": 2}, held=held, allow=allow)

    assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize("held", [{}, {"canary": 2}])
def test_a_new_label_may_be_allowed_for_a_version_that_is_still_to_come(held):
    check({"canary": 2}, held=held, allow=True)


def test_a_fingerprint_changes_with_every_file(tmp_path):
    version = tmp_path / "1"
    (version / "variables").mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"model")
    seen = [fingerprint(version)]
    (version / "variables" / "variables.index").write_bytes(b"")
    seen.append(fingerprint(version))
    (version / "variables" / "variables.index").write_bytes(b"all")
    seen.append(fingerprint(version))
    os.utime(version / "saved_model.pb", ns=(1, 1))
    seen.append(fingerprint(version))
    shutil.rmtree(version)
    seen.append(fingerprint(version))

    assert len(set(seen)) == len(seen)
