"""The image, built and used, where there are a builder and a base: see `built`."""

import os

import pytest

from tests.kubeflow.image.built import BUILT, built_image, why_not

ANYBODY = "123456:123456"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]


@pytest.fixture(scope="module")
def image():
    return built_image()


@pytest.fixture
def volume(tmp_path):
    """A folder that anybody may write to, as a volume of a cluster."""
    tmp_path.chmod(0o1777)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    return tmp_path


@pytest.mark.parametrize("user", [None, ANYBODY])
def test_the_doctor_finds_nothing_wrong(image, user):
    answer = image.run("tfxp", "doctor", user=user)

    assert answer.returncode == 0, answer.stdout
    assert {line.split()[0] for line in answer.stdout.splitlines()} <= {"ok", "warn"}
    assert "as in requirements.lock" in answer.stdout


def test_nobody_is_root_and_the_project_cannot_be_changed(image):
    script = "id -u; touch /app/pipeline/new || echo refused; touch /app/var/new && echo written"

    answer = image.run("sh", "-c", script)

    assert answer.stdout.splitlines() == ["10001", "refused", "written"]


def test_what_builds_is_not_in_it(image):
    script = "for name in pip pip3 uv gcc g++ cc make git; do command -v $name; done; true"

    answer = image.run("sh", "-c", f"{script}; python -m pip --version; ls -A /root /build")

    assert answer.stdout == ""
    assert "No module named pip" in answer.stderr


def test_the_public_faces_of_libraries_load_without_what_is_left_out(image):
    answer = image.run(
        "python",
        "-c",
        "from tfx import v1; import s3fs, gcsfs, keras_tuner, apache_beam.io.gcp.gcsio\n"
        "import botocore.session\n"
        "botocore.session.get_session().create_client('s3', region_name='us-east-1')\n"
        "print('loaded')",
    )

    assert answer.stdout.splitlines()[-1:] == ["loaded"], answer.stderr


def test_every_module_is_compiled(image):
    """Else each start would compile it anew, as nothing can be written beside it."""
    answer = image.run(
        "python",
        "-c",
        "from pathlib import Path\n"
        "for top in (Path('/app'), Path('/opt/tfxp/packages/keras')):\n"
        "    for source in top.rglob('*.py'):\n"
        "        if not list((source.parent / '__pycache__').glob(source.stem + '.*.pyc')):\n"
        "            print(source)",
    )

    assert (answer.returncode, answer.stdout) == (0, "")


def test_a_worker_of_beam_without_the_boot_program_says_so(image):
    if BUILT:
        pytest.skip("TFXP_TEST_IMAGE may hold Beam's boot program")

    answer = image.run("--id=1-1", "--provision_endpoint=localhost:1")

    assert answer.returncode == 1
    assert "without Beam's boot program" in answer.stderr


def test_the_whole_pipeline_pushes_a_model_from_within(image, volume):
    answer = image.run("tfxp", "run", volumes={volume: "/app/var"})

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (volume / "serving/taxi/1/saved_model.pb").is_file()
    assert os.stat(volume / "serving/taxi/1").st_uid == 10001
