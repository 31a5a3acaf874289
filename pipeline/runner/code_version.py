"""Which source files a step's code consists of, and their fingerprint.

TFX's own cache ignores the code of user functions, so an edited `preprocessing_fn` is served from
yesterday's result. Here the sources that an executor can reach by import are part of its identity.
"""

import ast
import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# A parameter as a whole, or a text within one that is JSON.
_DOTTED_PATHS = re.compile(r'(?:^|\\?")([A-Za-z_]\w*(?:\.\w+)+)(?:\\?"|$)')


def of_step(executor: str, parameters: Mapping[str, int | float | str]) -> dict[str, str]:
    """Fingerprints the code of a node: of its executor, and of the functions that it is told."""
    texts = [value for value in parameters.values() if isinstance(value, str)]
    functions = [path for text in texts for path in _DOTTED_PATHS.findall(text)]
    return sources((executor, *functions))


def sources(dotted_paths: tuple[str, ...]) -> dict[str, str]:
    """Fingerprints every project file that the named modules, classes or functions import.

    Args:
        dotted_paths: Such as `components.training.run_fn`; names of nothing in the project's
            folder are ignored.

    Returns:
        File (relative to the project) to the first 16 hex digits of its SHA-256, sorted.
    """
    reached: dict[str, str] = {}
    waiting = [file for path in dotted_paths for file in _files_of(path)]
    while waiting:
        file = waiting.pop()
        name = str(file.relative_to(PROJECT))
        if name not in reached:
            content = file.read_bytes()
            reached[name] = hashlib.sha256(content).hexdigest()[:16]
            waiting.extend(_imported(file, content))
    return dict(sorted(reached.items()))


@functools.cache
def _imported(file: Path, content: bytes) -> tuple[Path, ...]:
    """Most files are reached from most nodes; each is parsed once."""
    return tuple(_imports(file, content))


def _imports(file: Path, content: bytes) -> Iterator[Path]:
    for statement in ast.walk(ast.parse(content, filename=str(file))):
        if isinstance(statement, ast.Import):
            for name in statement.names:
                yield from _files_of(name.name)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            for name in statement.names:
                yield from _files_of(f"{statement.module}.{name.name}")


@functools.cache
def _files_of(dotted_path: str) -> tuple[Path, ...]:
    """The files that importing `dotted_path` runs: each package on the way, and the module."""
    parts = dotted_path.split(".")
    files = []
    for end in range(1, len(parts) + 1):
        place = PROJECT.joinpath(*parts[:end])
        for candidate in (place / "__init__.py", place.with_suffix(".py")):
            if candidate.is_file():
                files.append(candidate)
    return tuple(files)
