"""A share of the calls, or of the rows, to another version."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_STEPS = 2**53


@dataclass(frozen=True)
class Split:
    """Shares for versions that have labels; what is left goes where the client asks anyway.

    Attributes:
        shares: By label, above 0; together at most 1.
        key: A column. Rows with the same value go to the same version, in every process and as
            long as the shares stay; a share that grows keeps those that it had. Without one each
            call is drawn as a whole.
        seed: Of the draws, or part of what keys are hashed with.
    """

    shares: Mapping[str, float]
    key: str | None = None
    seed: int = 0
    _draws: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if any(not share > 0 for share in self.shares.values()) or sum(self.shares.values()) > 1:
            raise ValueError(
                f"split: found {dict(self.shares)}; expected shares above 0 that add up to "
                "1 at most"
            )
        object.__setattr__(self, "_draws", random.Random(self.seed))

    def draw(self) -> str | None:
        """A label, or None for the client's own, by chance."""
        return self._at(self._draws.random())

    def of_key(self, key: Any) -> str | None:
        """A label, or None for the client's own, that is always the same for the key."""
        digest = hashlib.sha256(f"{self.seed}:{_text(key)}".encode(errors="replace")).digest()
        return self._at((int.from_bytes(digest[:8], "big") >> 11) / _STEPS)

    def arms(self, keys: Sequence[Any]) -> dict[str | None, list[int]]:
        """By label, the rows whose keys go there."""
        found: dict[str | None, list[int]] = {}
        for row, key in enumerate(keys):
            found.setdefault(self.of_key(key), []).append(row)
        return found

    def _at(self, point: float) -> str | None:
        """Which share a point of [0, 1) lies in."""
        for label, share in self.shares.items():
            if point < share:
                return label
            point -= share
        return None


def split_of(given: "Split | Mapping[str, float] | None") -> Split | None:
    """Shares alone are a split by chance."""
    return given if given is None or isinstance(given, Split) else Split(given)


def _text(key: Any) -> str:
    """One text for a value, whether it comes as Python's, numpy's or bytes."""
    key = key.item() if hasattr(key, "item") else key
    return key.decode(errors="replace") if isinstance(key, bytes) else str(key)
