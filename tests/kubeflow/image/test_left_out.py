"""Which locked packages and files the image leaves out."""

import re
import tomllib
from pathlib import Path

import pytest

from imaging.left_out import doomed_files, image_lock, requirements_of

KUBEFLOW = Path(__file__).resolve().parents[3] / "kubeflow"
LOCK = (KUBEFLOW / "requirements.lock").read_text()
LEFT_OUT = tomllib.loads((KUBEFLOW / "imaging/left_out.toml").read_text())
CPU = requirements_of((KUBEFLOW / "tensorflow-cpu.lock").read_text())

TWO = """\
# made by hand
tensorflow==2 \\
    --hash=sha256:aa
    # via tfx
twice==1 ; python_full_version < '3.12' \\
    --hash=sha256:bb
twice==2 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
unused==3 \\
    --hash=sha256:dd
"""


def test_the_image_s_lock_is_the_lock_without_what_is_left_out():
    assert image_lock(TWO, {"unused": "nobody imports it"}, "tensorflow", {}) == (
        "tensorflow==2 \\\n    --hash=sha256:aa\n"
        "twice==1 ; python_full_version < '3.12' \\\n    --hash=sha256:bb\n"
        "twice==2 ; python_full_version >= '3.12' \\\n    --hash=sha256:cc\n"
    )


def test_another_build_of_tensorflow_takes_its_place():
    build = requirements_of("tensorflow-cpu==2 \\\n    --hash=sha256:ee\n")

    lock = image_lock(TWO, {}, "tensorflow-cpu", build)

    assert "tensorflow-cpu==2 \\\n    --hash=sha256:ee\n" in lock
    assert "sha256:aa" not in lock


def test_an_unknown_build_of_tensorflow_is_an_error_that_names_the_known():
    with pytest.raises(ValueError, match="TENSORFLOW=rocm .* known: tensorflow-cpu, tensorflow"):
        image_lock(LOCK, {}, "rocm", CPU)


def test_leaving_out_what_is_not_locked_is_an_error():
    with pytest.raises(ValueError, match="requirements.lock has not: .'gone'."):
        image_lock(TWO, {"gone": "of old"}, "tensorflow", {})


def test_the_list_fits_the_lock():
    lock = image_lock(LOCK, LEFT_OUT["distributions"], "tensorflow-cpu", CPU)

    kept = requirements_of(lock).keys()
    assert kept == requirements_of(LOCK).keys() - LEFT_OUT["distributions"].keys() - {
        "tensorflow"
    } | {"tensorflow-cpu"}


def test_both_builds_of_tensorflow_are_of_one_version():
    (cpu,), (gpu,) = CPU["tensorflow-cpu"], requirements_of(LOCK)["tensorflow"]

    assert re.findall(r"==(\S+)", cpu) == re.findall(r"==(\S+)", gpu)


def test_every_package_of_both_locks_has_the_same_versions():
    whole = requirements_of((KUBEFLOW.parent / "requirements.lock").read_text())

    assert {
        name: texts for name, texts in requirements_of(LOCK).items() if whole.get(name) != texts
    } == {}


def test_whole_folders_and_single_files_are_doomed(tmp_path):
    for name in ("a/include/x.h", "a/b/tests/test_c.py", "a/b/c.py", "a/b/c_test.py"):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    patterns = {"a/include/**": "", "a/**/tests/**": "", "a/**/*_test.py": ""}

    assert set(doomed_files(tmp_path, patterns, {})) == {
        tmp_path / "a/include",
        tmp_path / "a/b/tests",
        tmp_path / "a/b/c_test.py",
    }


def test_all_but_the_named_folders_are_doomed(tmp_path):
    for name in ("s3", "sts", "ec2"):
        (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data/endpoints.json").touch()

    assert list(doomed_files(tmp_path, {}, {"data/*/": ["s3", "sts"]})) == [tmp_path / "data/ec2"]


def test_a_pattern_that_matches_nothing_ends_the_build(tmp_path):
    with pytest.raises(ValueError, match="'a/.*' matches nothing"):
        list(doomed_files(tmp_path, {"a/**": "headers"}, {}))
    with pytest.raises(ValueError, match="has no .'s3'. to keep"):
        list(doomed_files(tmp_path, {}, {"data/*/": ["s3"]}))
