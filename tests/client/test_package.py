"""What `pip install ./client` installs: whole, small, and for Python 3.10."""

import ast
import importlib.util
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import tfxp_client

CLIENT = Path(__file__).parents[2] / "client"
SOURCES = sorted((CLIENT / "tfxp_client").glob("*.py"))
# What the standard library got after 3.10.
TOO_NEW = {"tomllib", "datetime.UTC", "enum.StrEnum", "asyncio.timeout", "asyncio.TaskGroup"}
TOO_NEW |= {"typing.Self", "typing.Unpack", "typing.assert_never", "typing.override"}
TOO_NEW |= {"itertools.batched", "builtins.ExceptionGroup", "contextlib.chdir"}


def names(tree):
    """Dotted names that a module imports or reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Name):
            yield f"builtins.{node.id}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_source_is_python_3_10(path):
    tree = ast.parse(path.read_text(), path.name, feature_version=(3, 10))

    assert TOO_NEW & set(names(tree)) == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_only_grpc_protobuf_and_the_standard_library_are_imported(path):
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in names(ast.Module([node], []))
    }
    assert imported - sys.stdlib_module_names <= {"grpc", "google", "tfxp_client"}


def test_importing_it_brings_no_library_of_tables():
    heavy = "{'tensorflow', 'tfx', 'numpy', 'pandas', 'pyarrow', 'tensorflow_metadata'}"
    script = f"import sys, tfxp_client; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_wheel_has_every_file_and_runs_from_it(tmp_path):
    build = (
        "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    )
    copy = tmp_path / "client"
    subprocess.run(["cp", "-r", CLIENT, copy], check=True)
    command = [sys.executable, "-c", build, str(tmp_path)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")

    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("tfxp_client/")}
        archive.extractall(tmp_path / "site")
    there = {path for path in (CLIENT / "tfxp_client").iterdir() if path.is_file()}
    assert held == {f"tfxp_client/{path.name}" for path in there}
    script = "import tfxp_client.wire as wire; wire.PredictRequest(); print(wire.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "site",
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == str(tmp_path / "site" / "tfxp_client" / "wire.py")


def test_it_asks_for_nothing_but_grpc_and_protobuf():
    project = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]

    assert project["dependencies"] == ["grpcio>=1.60", "protobuf>=4.25"]
    assert project["requires-python"] == ">=3.10"


def test_its_face_is_sorted_and_whole():
    assert tfxp_client.__all__ == sorted(tfxp_client.__all__)
    public = {
        name
        for name, value in vars(tfxp_client).items()
        if not name.startswith("_") and not hasattr(value, "__path__") and name != "wire"
    }
    modules = {path.stem for path in SOURCES}
    assert public - modules == set(tfxp_client.__all__) - modules
    assert importlib.util.find_spec("tfxp_client.wire")
