"""One run at a time on one metadata store.

The operating system drops the lock when its holder dies, however it dies, so a killed run never
leaves a lock behind.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import RunLocked


@contextlib.contextmanager
def run_lock(store_path: Path) -> Iterator[None]:
    """Holds the store's lock for the length of the `with` block.

    Raises:
        RunLocked: another process holds it.
    """
    path = store_path.with_name(store_path.name + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            msg = (
                f"another run (process {holder}) is using {store_path}; "
                "wait until it ends, or stop it, and run again"
            )
            raise RunLocked(msg) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
