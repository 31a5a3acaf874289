"""One process a version: memory returns when it ends, and a crash takes nothing else along."""

from serving.worker.handle import Worker
from serving.worker.host import Host

__all__ = ["Host", "Worker"]
