"""What the image holds: the project's rooms, and the packages of `kubeflow/requirements.lock`.

Nothing is imported to find that out: modules are looked for as files, names in them as text.
"""

import ast
import functools
import importlib.machinery
import importlib.metadata
import re
import sys
import sysconfig
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Folders of the project from which the image's Python imports: its own, and those of scripts that
# are run by path.
_SOURCES = (PROJECT, PROJECT / "client", PROJECT / "kubeflow")
_ROOMS = ("pipeline", "components", "schema", "registry", "serving", "tfxp_client", "stepping")
_INSTALLED = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
_LOCK = PROJECT / "kubeflow" / "requirements.lock"
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
    if top in _ROOMS:
        return [folder for folder in _SOURCES if (folder / top).exists()]
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
    """Walks from the top down to a module, and looks what remains up in it."""
    for index, part in enumerate(parts):
        packages = [folder / part for folder in folders if (folder / part).is_dir()]
        modules = [module for folder in folders for module in _modules(folder, part)]
        rest = parts[index + 1 :]
        if not packages or not rest:
            is_found = bool(packages or modules)
            return is_found and (not rest or any(_defines(module, rest[0]) for module in modules))
        inner = [folder / "__init__.py" for folder in packages]
        is_package = any((package / rest[0]).is_dir() or _modules(package, rest[0])
                         for package in packages)  # fmt: skip
        if not is_package:
            return any(_defines(module, rest[0]) for module in inner if module.is_file())
        folders = packages
    return False


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
def _locked() -> frozenset[str]:
    return frozenset(map(_canonical, _LOCKED.findall(_LOCK.read_text("utf-8"))))


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
