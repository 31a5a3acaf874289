"""The `tfxp` command: what it loads, what it prints, how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = ("tensorflow", "apache_beam", "tensorflow_data_validation", "keras")


def tfxp(*arguments: str, cwd: Path = PROJECT) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("tfxp")), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def loaded_by(statement: str) -> set[str]:
    """The heavy libraries that a statement imports in a fresh process."""
    code = f"import sys, json; {statement}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout)).intersection(HEAVY)


@pytest.mark.parametrize(
    "module",
    [
        "pipeline.cli",
        "pipeline.commands.run",
        "pipeline.commands.status",
        "pipeline.commands.config",
        "pipeline.commands.doctor",
        "pipeline.commands.explain",
        "pipeline.commands.batch",
        "pipeline.commands.models",
        "pipeline.commands.promote",
        "pipeline.commands.serve",
    ],
)
def test_no_command_imports_tensorflow_before_a_step_needs_it(module):
    assert loaded_by(f"import {module}") == set()


def test_the_check_for_heavy_imports_can_fail():
    assert loaded_by("import apache_beam") == {"apache_beam"}


def test_help_names_every_command_and_what_it_is_for():
    done = tfxp("--help")

    assert done.returncode == 0
    for command in ("run", "status", "serve", "models", "promote", "config", "doctor"):
        assert f"\n  {command} " in done.stdout


def test_an_unknown_command_is_a_usage_error():
    done = tfxp("runn")

    assert done.returncode == 2
    assert "No such command 'runn'" in done.stderr


def test_a_wrong_configuration_ends_with_2_and_no_traceback():
    done = tfxp("run", "--set", "training.stepz=200")

    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: --set training.stepz=200: training.stepz: unknown key; did you mean 'steps'?"
    )
    assert "Traceback" not in done.stderr


def test_status_before_any_run_says_how_to_start_one(tmp_path):
    done = tfxp(
        "status",
        "--set",
        f"metadata.path={tmp_path}/metadata.sqlite",
        "--set",
        f"roots.serving={tmp_path}/serving",
    )

    assert done.returncode == 0
    start = f"tfxp run --set metadata.path={tmp_path}/metadata.sqlite --set"
    assert done.stdout.startswith(f"no runs yet; start one with `{start}")
    assert "no pushed versions in" in done.stdout
    assert not (tmp_path / "metadata.sqlite").exists(), "looking must not create a store"


def test_a_metadata_store_that_is_none_is_one_clear_error(tmp_path):
    store = tmp_path / "metadata.sqlite"
    store.write_text("this is no database, it is a note to myself" * 100)

    done = tfxp("status", "--set", f"metadata.path={store}")

    assert done.returncode == 1
    assert done.stderr == (
        f"error: metadata store {store}: file is not a database; "
        "move it away to start afresh, or mend it\n"
    )
