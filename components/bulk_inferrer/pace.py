"""How far a batch is, said about once a second."""

import time

from components.bulk_inferrer.folder import parts_done
from components.bulk_inferrer.job import Job
from components.progress import tell

_EVERY_S = 1.0


class Pace:
    """Of one part; it knows the others by the files that are there."""

    def __init__(self, job: Job) -> None:
        """Begins now."""
        self._job = job
        self._began = self._told = time.monotonic()

    def tell(self, rows: int) -> None:
        """Says it, unless it was said just now.

        Args:
            rows: Of this part, so far.
        """
        now = time.monotonic()
        if now - self._told >= _EVERY_S:
            self._told = now
            done = parts_done(self._job.folder)
            since = time.time() - self._job.started
            tell(_line(self._job, done, rows, rows / (now - self._began), since))


def _line(job: Job, done: int, rows: int, rate: float, seconds: float) -> str:
    text = f"part {min(done + 1, job.parts)} of {job.parts}: {rows:,} rows, {rate:,.0f} rows/s"
    new = done - job.parts_before
    if new > 0:
        text += f", about {seconds / new * (job.parts - done):.0f} s left"
    return text
