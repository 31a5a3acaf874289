"""Which builder is used, how it is called, and what is said when it fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from imaging.building import Builder, BuildFailed, NoBuilder, Wanted, cause, find_builder

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Puts programs on an otherwise empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(name, script):
        place = tmp_path / name
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)
        return str(place)

    return put


def test_docker_comes_first_where_its_daemon_answers(programs):
    docker = programs("docker", '[ "$1" = info ]')
    programs("buildah", "exit 0")

    assert find_builder() == Builder("docker", docker)


def test_buildah_is_taken_where_docker_has_no_daemon(programs):
    programs("docker", "exit 1")
    buildah = programs("buildah", "exit 0")

    assert find_builder() == Builder("buildah", buildah)


def test_without_any_builder_the_error_says_what_was_tried_and_what_to_install(programs):
    docker = programs("docker", "exit 1")

    with pytest.raises(NoBuilder) as caught:
        find_builder()

    assert str(caught.value) == (
        f"no builder of images: {docker} has no daemon to talk to; buildah is not installed. "
        "Install Docker or, without a daemon, buildah: apt-get install buildah"
    )


def test_buildah_builds_without_rights_that_containers_lack():
    wanted = Wanted(tag="t", arguments={"BASE_IMAGE": "b"}, certificates=Path("/c.pem"))

    assert Builder("buildah", "/b").command(wanted) == [
        *("/b", "build", "--isolation", "chroot", "--layers"),
        *("--file", "kubeflow/Dockerfile", "--tag", "t", "--build-arg", "BASE_IMAGE=b"),
        *("--secret", "id=certificates,src=/c.pem", "."),
    ]
    assert "--isolation" not in Builder("docker", "/d").command(wanted)


def test_a_failed_build_tells_the_cause_and_shows_all_lines(programs):
    path = programs("buildah", "echo step 1; echo 'error: the base image has glibc 2.36'; exit 1")
    shown = []

    with pytest.raises(BuildFailed, match="^buildah could not build t: the base image has glibc"):
        Builder("buildah", path).build(Wanted(tag="t", arguments={}), PROJECT, shown.append)

    assert shown == ["step 1\n", "error: the base image has glibc 2.36\n"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        # Docker puts the step's number and the time before a line.
        (["#9 0.31 error: the base image has x", "ERROR: exit code: 1"], "the base image has x"),
        # Builders repeat the command that failed.
        (["ERROR: no matching", 'RUN echo "error: of ours" >&2', ""], "no matching"),
        (["one", "two", ""], "two"),
        ([], "it said nothing"),
    ],
)
def test_the_cause_is_the_line_that_says_why(lines, said):
    assert cause(lines) == said


def test_an_image_that_is_not_there_cannot_be_measured(programs):
    path = programs("buildah", "exit 1")

    with (
        pytest.raises(BuildFailed, match="no image 'gone'; build it: make image"),
        Builder("buildah", path).saved("gone"),
    ):
        pass


def test_a_user_without_a_builder_sees_one_line():
    answer = subprocess.run(
        [sys.executable, PROJECT / "kubeflow/build_image.py"],
        env={"PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: no builder of images: docker is not installed; ")
    assert answer.stderr.count("\n") == 1


def test_a_build_without_the_boot_program_pulls_no_image_of_beam(programs, tmp_path):
    programs("buildah", f'echo "$@" >>{tmp_path}/calls')

    subprocess.run(
        [sys.executable, PROJECT / "kubeflow/build_image.py", "--without-beam-boot", "--no-sizes"],
        env={"PATH": str(tmp_path)},
        check=True,
        capture_output=True,
    )

    calls = (tmp_path / "calls").read_text()
    assert "--build-arg BEAM_IMAGE=docker.io/library/python:3.11-slim-trixie" in calls
    assert "--build-arg BEAM_BOOT=absent" in calls
