"""Tables that packages carry: `tfxp init` and `tfxp run`, unattended, to a pushed model."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sklearn.datasets

from components.locations import resolve

PROJECT = Path(__file__).resolve().parents[1]
TAXI = Path(resolve("package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, into which `init` may write."""
    copy = tmp_path_factory.mktemp("project")
    for room in ("pipeline", "components", "registry", "schema", "configs"):
        shutil.copytree(
            PROJECT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    return copy


def tfxp(project, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def frame(load, names=None):
    """A table of scikit-learn, its classes by their names."""
    bunch = load(as_frame=True)
    if names:
        bunch.frame["target"] = [bunch.target_names[i] for i in bunch.target]
    return bunch.frame


TABLES = {
    "iris": (lambda: frame(sklearn.datasets.load_iris, names=True), "target", "multiclass"),
    "wine": (lambda: frame(sklearn.datasets.load_wine), "target", "multiclass"),
    "breast-cancer": (
        lambda: frame(sklearn.datasets.load_breast_cancer, names=True),
        "target",
        "binary",
    ),
    "digits": (lambda: frame(sklearn.datasets.load_digits), "target", "multiclass"),
    "payments": (None, "payment_type", "multiclass"),
}


def contents(folder):
    """Everything that was written below a folder, unpacked."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path, gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def test_personal_data_reach_no_file_that_a_run_writes(project):
    rows = frame(sklearn.datasets.load_diabetes)
    rows["owner"] = [f"secret-{i % 90}@example.org" for i in range(len(rows))]
    rows.to_csv(project / "owners.csv", index=False)
    options = ("--data", "owners.csv", "--label", "target", "--private", "owner")

    decided = tfxp(project, "init", "owners", *options, "--entity", "owner")
    ran = tfxp(project, "run", "--config", "configs/owners.toml")

    assert "task        regression: " in decided
    assert "version 1 pushed" in ran

    written = list(contents(project / "var"))
    assert len(written) > 50
    assert [path for path, content in written if b"secret-" in content] == []


@pytest.mark.parametrize("name", TABLES)
def test_two_commands_lead_from_a_table_to_a_pushed_model(project, name):
    make, label, task = TABLES[name]
    data = project / f"{name}.parquet" if make else TAXI
    if make:
        make().to_parquet(data, index=False)

    decided = tfxp(project, "init", name, "--data", str(data), "--label", label)
    ran = tfxp(project, "run", "--config", f"configs/{name}.toml")

    assert f"task        {task}: " in decided
    assert "version 1 pushed" in ran
    assert (project / "var" / "serving" / name / "1" / "saved_model.pb").exists()
