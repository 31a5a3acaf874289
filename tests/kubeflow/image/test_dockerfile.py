"""What the Dockerfile promises, read from its text: this runs everywhere, no builder is needed."""

import re
import tomllib
from pathlib import Path

from imaging.left_out import requirements_of
from tests.kubeflow.image.context import sent
from tests.kubeflow.image.dockerfile import arguments, stages

PROJECT = Path(__file__).resolve().parents[3]
DOCKERFILE = PROJECT / "kubeflow/Dockerfile"
BEAM, PACKAGES, _, FINAL = stages(DOCKERFILE)


def locked(name):
    (text,) = requirements_of((PROJECT / "kubeflow/requirements.lock").read_text())[name]
    return re.match(r"[^=]+==(\S+)", text)[1]


def test_the_base_is_an_argument_of_every_stage_that_holds_python():
    assert [stage.base for stage in stages(DOCKERFILE)] == [
        "${BEAM_IMAGE}",
        "${BASE_IMAGE}",
        "packages",
        "${BASE_IMAGE}",
    ]
    assert "3.11" in arguments(DOCKERFILE)["BASE_IMAGE"]


def test_the_boot_program_is_that_of_the_locked_beam():
    _, _, tag = arguments(DOCKERFILE)["BEAM_IMAGE"].rpartition(":")

    assert tag == locked("apache-beam")


def test_the_user_is_a_number_that_is_not_root():
    (user,) = FINAL.all("USER")

    assert re.fullmatch(r"[1-9]\d*:0", user)


def test_the_last_stage_gets_what_others_built_and_installs_nothing():
    ran = " ".join(FINAL.all("RUN"))
    copied = [text.split()[0] for text in FINAL.all("COPY")]

    assert not re.search(r"apt|pip|uv |g\+\+|curl|wget", ran)
    assert copied == [
        "kubeflow/imaging/set_up.sh",
        "--from=beam",
        "--from=packages",
        "--from=packages",
        "--from=project",
    ]


def test_every_file_that_is_copied_by_name_gets_to_the_builder():
    names = [
        name
        for stage in stages(DOCKERFILE)
        for text in stage.all("COPY")
        if not text.startswith(("--from", ". "))
        for name in text.split()[:-1]
    ]

    assert [name for name in names if not (PROJECT / name).is_file()] == []
    assert sent(names, (PROJECT / ".dockerignore").read_text()) == set(names)


def test_packages_are_installed_from_the_lock_by_hash_and_alone():
    (install,) = [text for text in PACKAGES.all("RUN") if "uv pip install" in text]

    assert "left_out.py lock" in install
    assert "--require-hashes" in install
    assert "--no-deps" in install
    assert "-r /build/image.lock" in install


def test_no_step_of_the_build_needs_what_buildah_lacks():
    text = DOCKERFILE.read_text()

    assert "<<" not in text
    assert "syntax=" not in text
    assert set(re.findall(r"--mount=type=(\w+)", text)) <= {"bind", "cache", "secret"}


def test_only_named_folders_get_into_the_image():
    files = {
        ".git/config",
        ".env",
        ".venv/bin/python",
        "var/metadata.sqlite",
        "data/rows.csv",
        "tests/kubeflow/conftest.py",
        "pipeline/graph.py",
        "pipeline/__pycache__/graph.cpython-311.pyc",
        "client/tfxp_client/wire.proto",
        "client/tests/test_x.py",
        "configs/taxi.toml",
        "configs/.env.production",
        "kubeflow/entrypoint.py",
        "kubeflow/stepping/command.py",
        "kubeflow/client.key",
        "kubeflow/manifests/secret.yaml",
        "service-account.json",
    }

    assert sent(files, (PROJECT / ".dockerignore").read_text()) == {
        "pipeline/graph.py",
        "client/tfxp_client/wire.proto",
        "configs/taxi.toml",
        "kubeflow/entrypoint.py",
        "kubeflow/stepping/command.py",
    }


def test_all_rooms_get_into_the_image():
    lint = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    rooms = [name for name in lint["root_packages"] if name != "tfxp_client"]
    faces = {f"{room}/__init__.py" for room in rooms} | {"client/tfxp_client/__init__.py"}

    assert sent(faces, (PROJECT / ".dockerignore").read_text()) == faces
