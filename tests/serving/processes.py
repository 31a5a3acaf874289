"""The processes that a host in this process has started."""

import time

import psutil


def loaders():
    """The loaders below this process."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE
        and "serving.worker.loader" in " ".join(child.cmdline())
    ]


def workers():
    """The ids of the loaders' workers."""
    return {
        worker.pid
        for loader in loaders()
        for worker in loader.children()
        if worker.status() != psutil.STATUS_ZOMBIE
    }


def wait_until(holds, timeout_s=20):
    """Fails when the condition does not come true."""
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)
