"""The shell scripts of the image: the check of the base, and the entry point."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

IMAGING = Path(__file__).resolve().parents[3] / "kubeflow/imaging"

# A Python that believes what the test says about its machine.
PYTHON = """\
#!/bin/sh
exec {python} -I -c '{lie}; import sys; exec(sys.argv[1])' "$3"
"""


def check(folder, lie=None):
    if lie:
        python = folder / "python3.11"
        python.write_text(PYTHON.format(python=sys.executable, lie=lie))
        python.chmod(0o755)
    answer = subprocess.run(
        ["/bin/sh", str(IMAGING / "check_base.sh")],
        env={"PATH": f"{folder}:/usr/bin:/bin" if lie else str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stderr.partition("; choose another")[0]


def test_a_new_enough_base_with_a_whole_python_will_do(tmp_path):
    lie = 'import os; os.confstr = lambda name: "glibc 2.39"'

    assert check(tmp_path, lie) == (0, "")


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        (
            'import os; os.confstr = lambda name: "glibc 2.36"',
            "has glibc 2.36; the wheels of TFX 1.21 need glibc 2.39 or newer",
        ),
        (
            "import os; os.confstr = lambda name: None",
            "has another C library; the wheels of TFX 1.21 need glibc 2.39 or newer",
        ),
        ("import os; os.confstr = nonsense", "has a python3.11 that does not run"),
        (
            'import sys; sys.modules["ensurepip"] = None',
            "has a Python without the module ensurepip: "
            "import of ensurepip halted; None in sys.modules",
        ),
    ],
)
def test_a_base_that_will_not_do_is_named_with_its_fault(tmp_path, lie, fault):
    code, said = check(tmp_path, lie)

    assert code == 1
    assert said.splitlines()[-1] == f"error: the base image {fault}"


def test_a_base_without_python_3_11_is_named_with_its_fault(tmp_path):
    assert check(tmp_path) == (
        1,
        "error: the base image has no python3.11 on PATH, which TFX 1.21 needs",
    )


@pytest.mark.skipif(Path("/opt/apache/beam/boot").exists(), reason="this machine is a Beam worker")
def test_a_worker_s_flags_without_the_boot_program_say_how_to_build_with_it():
    answer = subprocess.run(
        ["/bin/sh", str(IMAGING / "start.sh"), "--id=1-1", "--provision_endpoint=localhost:1"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert "without Beam's boot program (BEAM_BOOT=absent)" in answer.stderr
    assert "--build-arg BEAM_IMAGE=" in answer.stderr
