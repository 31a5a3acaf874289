"""`tfxp kubeflow`: scripts that are run by path, with the arguments as they were typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.commands import kubeflow

PROJECT = Path(__file__).resolve().parents[3]
NAMES = ("compile", "lint", "submit", "status", "recurring")


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Stand-ins for the scripts, each of which prints its name and its arguments."""
    (tmp_path / "kubeflow").mkdir()
    for name in NAMES:
        text = "import sys\nfrom pathlib import Path\nprint(Path(sys.argv[0]).name, sys.argv[1:])\n"
        (tmp_path / "kubeflow" / f"{name}.py").write_text(text)
    return tmp_path


def tfxp(*arguments: str, project: Path = PROJECT) -> "subprocess.CompletedProcess[str]":
    code = (
        "import sys\nfrom pathlib import Path\nimport pipeline.config.where as where\n"
        f"where.PROJECT = Path({str(project)!r})\n"
        "from pipeline.cli import main\nmain()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "kubeflow", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_has_a_line_for_each_command_in_the_order_of_use():
    done = tfxp("--help")

    assert done.returncode == 0
    listed = done.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_its_script_with_all_that_was_typed(scripts, name):
    arguments = ["--where", "a b.toml", "--help", "-x", "--", "--out=c", ""]

    done = tfxp(name, *arguments, project=scripts)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{name}.py {arguments}\n"


def test_an_unknown_command_is_a_usage_error():
    done = tfxp("compil")

    assert done.returncode == 2
    assert "No such command 'compil'" in done.stderr


def test_neither_kubeflow_nor_tensorflow_is_imported_for_help():
    code = "import sys; import pipeline.commands.kubeflow; print(sorted(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert not {"'kfp'", "'tensorflow'", "'tfx'"} & set(done.stdout.strip("[]\n").split(", "))


def test_every_command_has_a_summary():
    assert all(command.get_short_help_str() for command in kubeflow.command.commands.values())
