"""A process that ends when the one that started it is gone."""

import os
import signal
import threading


def die_with_parent() -> None:
    """Has this process's group end with its parent: `kill -9` must leave no orphan that trains."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(0.5)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="die-with-parent", daemon=True).start()
