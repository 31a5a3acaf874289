"""Hyperparameters as a file holds them: a JSON object of options of the training."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.locations import resolve

Hyperparameters = Mapping[str, Any]
"""Name of an option of the training to its value, in JSON's types."""

FILE = "best_hyperparameters.txt"
"""The only file of the artifact, under the name that TFX's own Tuner gives it."""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_rate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_count, value))


_COUNT = (_is_count, "a whole number of at least 1")
_KNOWN: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "batch_size": _COUNT,
    "hidden_units": (_are_counts, "a list of whole numbers of at least 1, one a layer"),
    "learning_rate": (_is_rate, "a number above 0"),
    "members": _COUNT,
    "patience": _COUNT,
    "steps": _COUNT,
}


def read(path: Path, location: str) -> Hyperparameters:
    """Reads and checks a file.

    Args:
        path: The file.
        location: How the configuration names it.

    Raises:
        InputError: it is not there, is no JSON object, or has a key or value that is none.
    """
    place = f"tuning.hyperparameters = {location!r}"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{place}: no file at {path}; expected JSON such as "
            '{"learning_rate": 0.003, "hidden_units": [128, 64]}'
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{place}: not JSON in UTF-8: {error}") from error
    if not isinstance(found, dict) or not found:
        raise InputError(f"{place}: expected a JSON object of at least one hyperparameter")
    for name, value in found.items():
        if name not in _KNOWN:
            known = ", ".join(_KNOWN)
            raise InputError(f"{place}: {name!r} is no hyperparameter; there are: {known}")
        is_right, expected = _KNOWN[name]
        if not is_right(value):
            raise InputError(f"{place}: {name}: found {json.dumps(value)}; expected {expected}")
    return found


def fingerprint(location: str) -> str:
    """Returns the SHA-256 of a file's content, in hex; empty when there is no such file."""
    path = Path(resolve(location))
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def text(hyperparameters: Hyperparameters) -> str:
    """The content of a file."""
    return json.dumps(hyperparameters, indent=2, sort_keys=True) + "\n"


def brief(hyperparameters: Hyperparameters) -> str:
    """In one line, for people."""
    return ", ".join(
        f"{name} {f'{value:.3g}' if isinstance(value, float) else value}"
        for name, value in sorted(hyperparameters.items())
    )
