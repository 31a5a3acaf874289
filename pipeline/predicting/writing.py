"""A file of answers, whole or not at all."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from pipeline.errors import UserError

STANDARD_OUTPUT = "-"


@contextlib.contextmanager
def written(path: str) -> Iterator[TextIO]:
    """Yields what to write to; at the end the file is there, and after an error it is not.

    Raises:
        UserError: the file cannot be written.
    """
    if path == STANDARD_OUTPUT:
        yield sys.stdout
        return
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield file
        partial.replace(target)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
