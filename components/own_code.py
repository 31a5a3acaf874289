"""Functions that a problem brings itself, named by a dotted path in its *what* file."""

import difflib
import hashlib
import importlib
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from components.errors import ComponentError


def own_function(path: str, key: str) -> Callable[..., Any]:
    """Imports a function from the project's folder or from what is installed.

    Args:
        path: Such as `my_package.my_module.build_model`.
        key: The key of the *what* file in which it stands, for the message.

    Raises:
        ComponentError: nothing that can be called has that name; the message names the key.
    """
    module_name, _, name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(f"{missing}."):
            raise ComponentError(
                f'{key} = "{path}": there is no module {missing!r}; it must lie in the project\'s '
                "folder, or be installed"
            ) from error
        raise _failed(path, key, f"importing {module_name}", error) from error
    except Exception as error:
        # Somebody else's code, in which anything may go wrong.
        raise _failed(path, key, f"importing {module_name}", error) from error
    found = getattr(module, name, None)
    if found is None:
        own = [entry for entry, value in vars(module).items() if callable(value)]
        near = difflib.get_close_matches(name, own, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(own) or 'none'}"
        raise ComponentError(f'{key} = "{path}": {module_name} has no function {name!r}{hint}')
    if not callable(found):
        kind = type(found).__name__
        raise ComponentError(f'{key} = "{path}": expected a function, it is a value of type {kind}')
    return found


def own_fingerprint(path: str, key: str) -> str:
    """Returns the SHA-256, in hex, of the file that holds a function; not of what that imports.

    Args:
        path: As for `own_function`.
        key: Likewise.

    Raises:
        ComponentError: there is no such function; the message names the key.
    """
    own_function(path, key)
    file = sys.modules[path.rpartition(".")[0]].__file__
    return hashlib.sha256(Path(file).read_bytes() if file else b"").hexdigest()


def call_own(path: str, key: str, *arguments: Any, **optional: Any) -> Any:
    """Calls a function that the problem brings.

    Args:
        path: As for `own_function`.
        key: Likewise.
        arguments: What it is given.
        optional: What it is given if it has a parameter of that name.

    Raises:
        ComponentError: there is no such function, or it fails; the message names the key.
    """
    function = own_function(path, key)
    known = inspect.signature(function).parameters
    taken = {name: value for name, value in optional.items() if name in known}
    try:
        return function(*arguments, **taken)
    except Exception as error:
        raise _failed(path, key, "it", error) from error


def _failed(path: str, key: str, doing: str, error: Exception) -> ComponentError:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    first = (str(error).strip().splitlines() or [""])[0]
    return ComponentError(
        f'{key} = "{path}": {doing} failed: {type(error).__name__}: {first}{place}'
    )
