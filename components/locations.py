"""Places as the graph names them, and the paths they are on the machine where a step runs.

| location                         | means                                              |
| -------------------------------- | -------------------------------------------------- |
| `package://tfx/examples/a.csv`   | a file that the installed package `tfx` brings      |
| `gs://bucket/a.csv`, `/data/a.csv` | itself                                            |
| `schema/taxi/schema.pbtxt`       | below the project's folder, wherever that is        |
"""

import importlib.util
from pathlib import Path

from components.errors import InputError

_PACKAGE = "package://"
_PROJECT = Path(__file__).resolve().parents[1]


def resolve(location: str) -> str:
    """Returns the path or URI that a location is on this machine.

    Raises:
        InputError: it names a package that is not installed.
    """
    if location.startswith(_PACKAGE):
        return _in_package(location)
    if "://" in location or Path(location).is_absolute():
        return location
    return str(_PROJECT / location)


def _in_package(location: str) -> str:
    package, _, rest = location.removeprefix(_PACKAGE).partition("/")
    # Finding a top-level package does not import it.
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        msg = f"{location}: no package {package!r} is installed here"
        raise InputError(msg)
    return str(Path(spec.submodule_search_locations[0]) / rest)
