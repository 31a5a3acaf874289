"""Another version asked besides: its answers are compared and reported, never returned."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tfxp_client import wire
from tfxp_client.methods import PREDICT
from tfxp_client.predictions import Answer, Predictions, per_row
from tfxp_client.steps import Ask, Launch, RpcFailed
from tfxp_client.tensors import read

_LOGGER = logging.getLogger("tfxp_client.shadow")


@dataclass(frozen=True)
class Shadowed:
    """The same rows answered by two versions.

    Attributes:
        main: What was returned.
        shadow: What the other version answered.
        seconds: That it took.
    """

    main: Predictions
    shadow: Predictions
    seconds: float

    @property
    def largest_difference(self) -> float:
        """Between two numbers of the same row and output; 0 where there are none."""
        return max(
            (
                abs(ours - theirs)
                for name, values in self.main.outputs.items()
                for pair in zip(values, self.shadow.outputs.get(name, ()), strict=False)
                for ours, theirs in zip(*map(_numbers, pair), strict=False)
            ),
            default=0.0,
        )


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """Whom to ask besides.

    Attributes:
        label: Of the version.
        share: Of the messages, 0 to 1.
        max_in_flight: So many may be without an answer; beyond, none is sent.
        timeout_s: An answer that takes longer has failed. It holds nobody up.
        report: Is called with each pair, from a thread of gRPC or in the event loop; without one
            the logger `tfxp_client.shadow` has a line at level INFO.
        seed: Of the draws by share.
    """

    label: str
    share: float = 1.0
    max_in_flight: int = 16
    timeout_s: float = 5.0
    report: Callable[[Shadowed], None] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.max_in_flight < 1 or not self.timeout_s > 0:
            raise ValueError(
                "Shadow: expected 0 < share <= 1, max_in_flight of at least 1 and timeout_s "
                f"above 0, got {self}"
            )


@dataclass(frozen=True)
class ShadowCounts:
    """What became of the messages that were to be answered by the shadow too.

    Attributes:
        answered: And reported.
        failed: Sent, and not answered, or the report failed.
        dropped: Not sent: too many were in flight.
        in_flight: Sent, and not over.
    """

    answered: int = 0
    failed: int = 0
    dropped: int = 0
    in_flight: int = 0


@dataclass
class Shadowing:
    """The shadow of a client."""

    shadow: Shadow
    _counts: dict[str, int] = field(
        default_factory=lambda: {"answered": 0, "failed": 0, "dropped": 0, "in_flight": 0}
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _said: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._draws = random.Random(self.shadow.seed)

    @property
    def counts(self) -> ShadowCounts:
        """As they are now."""
        with self._lock:
            return ShadowCounts(**self._counts)

    def follow(self, request: Any, response: Any, main: Predictions | Answer) -> Launch | None:
        """The same request for the shadow, if it is to be asked."""
        # Tensors as such have no rows to set side by side.
        if isinstance(main, Answer) or self._draws.random() >= self.shadow.share:
            return None
        with self._lock:
            if self._counts["in_flight"] >= self.shadow.max_in_flight:
                self._counts["dropped"] += 1
                return None
            self._counts["in_flight"] += 1
        asked = wire.PredictRequest()
        asked.CopyFrom(request)
        asked.model_spec.version_label = self.shadow.label
        begun = time.monotonic()

        def done(answer: Any, failed: RpcFailed | None) -> None:
            self._end(main, answer, failed, time.monotonic() - begun)

        return Launch(Ask(PREDICT, asked, self.shadow.timeout_s), done)

    def _end(
        self, main: Predictions, answer: Any, failed: RpcFailed | None, seconds: float
    ) -> None:
        try:
            if failed is not None:
                raise failed
            shadow = _predictions(answer, main)
            (self.shadow.report or _log)(Shadowed(main, shadow, seconds))
        # A report is the application's own code: whatever it does, the main answers go on.
        except Exception as error:
            self._say(error)
            self._count("failed")
        else:
            self._count("answered")

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1
            self._counts["in_flight"] -= 1

    def _say(self, error: Exception) -> None:
        """The first of its kind as a warning: a shadow that is not there fails each time."""
        kind = error.code.name if isinstance(error, RpcFailed) else type(error).__name__
        level = logging.DEBUG if kind in self._said else logging.WARNING
        self._said.add(kind)
        _LOGGER.log(level, "shadow %s: %s; further such are counted", self.shadow.label, error)


def _predictions(response: Any, main: Predictions) -> Predictions:
    rows = len(main)
    outputs = {name: per_row(read(one), rows) for name, one in sorted(response.outputs.items())}
    return Predictions(main.model, [response.model_spec.version.value] * rows, outputs)


def _log(pair: Shadowed) -> None:
    _LOGGER.info(
        "shadow version %d beside %d: %d rows, largest difference %.3g, %.0f ms",
        pair.shadow.version,
        pair.main.version,
        len(pair.main),
        pair.largest_difference,
        pair.seconds * 1000,
    )


def _numbers(value: Any) -> list[float]:
    if isinstance(value, tuple):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) else []
