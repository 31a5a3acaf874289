"""What the image holds: what `.dockerignore` lets in of the project, and the locked packages.

Nothing is imported to find that out: modules are looked for as files, names in them as text.
"""

import ast
import functools
import importlib.machinery
import importlib.metadata
import re
import sys
import sysconfig
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Nothing of the project gets into the image but what a line of this begins with `!` for.
_LET_IN = PROJECT / ".dockerignore"
# Its packages are found by the scripts in it, which are run by path.
_SCRIPTS = "kubeflow"
_INSTALLED = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
_LOCK = PROJECT / "kubeflow" / "requirements.lock"
_LEFT_OUT = PROJECT / "kubeflow" / "imaging" / "left_out.toml"
_LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)


def image_holds(name: str) -> bool:
    """Says whether the image holds a module, or a module with what is named behind it.

    Args:
        name: A dotted name: `components.training.executor`, or `….executor.Executor`.
    """
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return False
    if parts[0] in sys.stdlib_module_names:
        return True
    folders = _folders(parts[0])
    if folders is None:
        return False
    return _is_there(folders, parts)


def file_of_image(path: str) -> bool:
    """Says whether the project has a file, named as the image has it: `/app/…`."""
    return (PROJECT / path.removeprefix("/app/")).is_file()


def _folders(top: str) -> list[Path] | None:
    """The folders in which a top-level name of the image lies; None when it is not in there."""
    room = _rooms().get(top)
    if room is not None:
        return [room]
    if not _locked() & {_canonical(name) for name in _distributions().get(top, ())}:
        return None
    # Where packages are installed, and nowhere else: one of the locked ones has a `tests` as well.
    spec = importlib.machinery.PathFinder.find_spec(top, _INSTALLED)
    if spec is None:
        return None
    if spec.submodule_search_locations is None:
        return [Path(spec.origin).parent] if spec.origin else None
    return [Path(folder).parent for folder in spec.submodule_search_locations]


def _is_there(folders: list[Path], parts: list[str]) -> bool:
    """Walks down to a module; what is no module below a module has to be a name in it."""
    part, *rest = parts
    packages = [folder / part for folder in folders if (folder / part).is_dir()]
    files = [file for folder in folders for file in _modules(folder, part)]
    if not rest:
        return bool(packages or files)
    files += [file for package in packages for file in _modules(package, "__init__")]
    return _is_there(packages, rest) or any(_defines(file, rest[0]) for file in files)


def _modules(folder: Path, name: str) -> list[Path]:
    return [*folder.glob(f"{name}.py"), *folder.glob(f"{name}.*.so"), *folder.glob(f"{name}.so")]


@functools.cache
def _defines(module: Path, name: str) -> bool:
    """Whether a module's file binds a name at its top level; what cannot be read is trusted."""
    if module.suffix != ".py":
        return True
    bound: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
    # TFX's @component makes a class of the function `Gate`, and calls it `Gate_Executor`.
    return bool({name, name.removesuffix("_Executor"), "*"} & bound)


@functools.cache
def _rooms() -> dict[str, Path]:
    """The project's top-level modules that are in the image, each with the folder that holds it."""
    lines = _LET_IN.read_text("utf-8").splitlines()
    let_in = [PROJECT / line.removeprefix("!") for line in lines if line.startswith("!")]
    found = {path.stem: path.parent for path in let_in if path.is_dir() or path.suffix == ".py"}
    folder = found.pop(_SCRIPTS, None)
    inner = folder.joinpath(_SCRIPTS).iterdir() if folder else ()
    return found | {path.stem: path.parent for path in inner if (path / "__init__.py").is_file()}


@functools.cache
def _locked() -> frozenset[str]:
    left_out = tomllib.loads(_LEFT_OUT.read_text("utf-8"))["distributions"]
    return frozenset(map(_canonical, _LOCKED.findall(_LOCK.read_text("utf-8")))) - left_out.keys()


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
