"""How many requests there were at once of late, which says how many a batch may wait for."""

_MEMORY_S = 0.1


class Company:
    """The most requests that were there at one time, forgotten after a tenth of a second."""

    def __init__(self) -> None:
        self._now = self._before = 1
        self._begun = 0.0

    def seen(self, present: int, now: float) -> None:
        """Takes note of an arrival.

        Args:
            present: Requests that wait or run, with the one that arrived.
            now: Time in seconds.
        """
        if now - self._begun > _MEMORY_S:
            self._before = self._now if now - self._begun < 2 * _MEMORY_S else 1
            self._now, self._begun = 1, now
        self._now = max(self._now, present)

    @property
    def expected(self) -> int:
        """How many there will soon be at once: 1 where one client asks after the other."""
        return max(self._now, self._before)
