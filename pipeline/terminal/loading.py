"""Heavy libraries, without the lines with which their C++ parts begin."""

import contextlib
import os
import sys
from collections.abc import Iterator

import click


@contextlib.contextmanager
def loading(library: str) -> Iterator[None]:
    """Says that a library is loaded; what is printed to standard error meanwhile is not shown."""
    click.echo(f"loading {library} …", err=True)
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
