"""When versions go: with TF Serving's availability-preserving policy, never too early."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """A version as the policy sees it.

    Attributes:
        wanted: The model's policy asks for it.
        answers: It is loaded.
    """

    version: int
    wanted: bool
    answers: bool


def to_unload(standings: Iterable[Standing]) -> list[int]:
    """The versions that are to go now, the smallest first.

    What is no longer wanted goes as soon as something wanted answers, or nothing is wanted at all.
    Until then the largest of it stays.
    """
    known = list(standings)
    unwanted = sorted(one.version for one in known if one.answers and not one.wanted)
    wanted = [one for one in known if one.wanted]
    if not wanted or any(one.answers for one in wanted):
        return unwanted
    return unwanted[:-1]
