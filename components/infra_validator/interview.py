"""Puts the questions to a server that was started, over gRPC and REST, within a time limit."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from components.infra_validator.answers import Answers, shape_fault
from components.infra_validator.asking import (
    Grpc,
    OutOfTime,
    Rest,
    Transport,
    Unanswered,
    over_grpc,
)
from components.infra_validator.questions import Question
from components.infra_validator.servers import MODEL, Ports, Server
from components.training.signatures import SERVE_EXAMPLES

_LOOK_S = 0.05
_STATUS_S = 1.0
# Enough for a p99 that is more than the slowest of all.
_TIMED_REQUESTS = 128


class Fails(Exception):  # noqa: N818
    """The model does not pass.

    Attributes:
        way: How it was asked.
        text: What is wrong.
        row: Which row shows it, from 0; None if it is not about a row.
    """

    def __init__(self, way: str, text: str, row: int | None = None) -> None:
        super().__init__(f"{way}: {text}")
        self.way, self.text, self.row = way, text, row


@dataclass(frozen=True)
class Reply:
    """What came back to all rows.

    Attributes:
        signature: That was asked.
        way: The same in words, with the transport.
        answers: One a row.
    """

    signature: str
    way: str
    answers: Answers

    def named(self, expected: Answers) -> Answers:
        """The answers under the name of the one output, which REST leaves out."""
        if set(self.answers) == {""} and len(expected) == 1:
            return dict(zip(expected, self.answers.values(), strict=True))
        return self.answers


@dataclass(frozen=True)
class Interview:
    """All that the server said.

    Attributes:
        replies: To every question, over both transports.
        load_seconds: Until the model was available.
        p50_ms: Median time of an answer to one row over gRPC, in milliseconds; `p99_ms` likewise.
    """

    replies: Sequence[Reply]
    load_seconds: float
    p50_ms: float
    p99_ms: float


class _Clock:
    """Counts down."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s, self._began = limit_s, time.monotonic()

    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._began

    def left(self, way: str) -> float:
        """Seconds that are left for what is done now.

        Raises:
            Fails: none are.
        """
        left = self._limit_s - self.spent()
        if left <= 0:
            raise self.over(way)
        return left

    def over(self, way: str) -> Fails:
        return Fails(way, f"no answer within {self._limit_s:g} s")


def interview(server: Server, asked: Sequence[Question], limit_s: float) -> Interview:
    """Asks everything.

    Args:
        server: Just started.
        asked: One question a signature, `serving_default` among them.
        limit_s: For all of it, in seconds.

    Raises:
        Fails: the model is not loaded, does not answer, not every row, or not in time.
    """
    clock = _Clock(limit_s)
    ports = _listening(server, clock)
    with over_grpc(ports.grpc, MODEL) as rpc:
        _available(server, rpc, clock)
        load_seconds = clock.spent()
        rest = Rest(ports.rest, MODEL)
        replies = [
            reply
            for question in asked
            for reply in (
                _together(rpc, question, clock),
                _one_by_one(rpc, question, clock),
                _together(rest, question, clock),
            )
        ]
        (plain,) = (question for question in asked if question.signature == SERVE_EXAMPLES)
        p50_ms, p99_ms = _latencies(rpc, plain, clock)
    return Interview(replies, load_seconds, p50_ms, p99_ms)


def _listening(server: Server, clock: _Clock) -> Ports:
    while True:
        _check_alive(server)
        ports = server.ports()
        if ports is not None:
            return ports
        time.sleep(min(_LOOK_S, clock.left("loading the model")))


def _available(server: Server, rpc: Grpc, clock: _Clock) -> None:
    way = "loading the model"
    while True:
        _check_alive(server)
        try:
            if rpc.is_available(min(_STATUS_S, clock.left(way))):
                return
        except Unanswered as error:
            raise Fails(way, str(error)) from error
        time.sleep(min(_LOOK_S, clock.left(way)))


def _check_alive(server: Server) -> None:
    status = server.status()
    if status is not None:
        raise Fails("loading the model", f"its server ended with status {status}")


def _together(transport: Transport, question: Question, clock: _Clock) -> Reply:
    """All rows in one request; when that is refused, the first row that is refused alone."""
    way = f"{question.signature} over {transport.name}"
    try:
        answers = transport.ask(question, clock.left(way))
    except OutOfTime as error:
        raise clock.over(way) from error
    except Unanswered as error:
        raise Fails(way, str(error), _culprit(transport, question, clock, way)) from error
    fault = shape_fault(answers, question.rows)
    if fault is not None:
        raise Fails(way, fault.text)
    return Reply(question.signature, way, answers)


def _culprit(transport: Transport, question: Question, clock: _Clock, way: str) -> int | None:
    for row in range(question.rows):
        try:
            transport.ask(question.of(row), clock.left(way))
        except Unanswered:
            return row
        except OutOfTime as error:
            raise clock.over(way) from error
    return None


def _one_by_one(transport: Transport, question: Question, clock: _Clock) -> Reply:
    """Every row in a request of its own."""
    way = f"{question.signature} over {transport.name}, one row at a time"
    single: list[Answers] = []
    for row in range(question.rows):
        try:
            answers = transport.ask(question.of(row), clock.left(way))
        except OutOfTime as error:
            raise clock.over(way) from error
        except Unanswered as error:
            raise Fails(way, str(error), row) from error
        fault = shape_fault(answers, 1)
        if fault is not None:
            raise Fails(way, fault.text, row)
        single.append(answers)
    return Reply(question.signature, way, _joined(single))


def _joined(single: Sequence[Answers]) -> Mapping[str, np.ndarray]:
    return {name: np.concatenate([answers[name] for answers in single]) for name in single[0]}


def _latencies(rpc: Grpc, question: Question, clock: _Clock) -> tuple[float, float]:
    """Median and p99 of single rows, in milliseconds; the server has seen all of them before."""
    way = f"{question.signature} over gRPC, one row at a time"
    rows = [question.of(row) for row in range(question.rows)]
    seconds = []
    for number in range(_TIMED_REQUESTS):
        limit = clock.left(way)
        began = time.perf_counter()
        try:
            rpc.ask(rows[number % len(rows)], limit)
        except OutOfTime as error:
            raise clock.over(way) from error
        except Unanswered as error:
            raise Fails(way, str(error), number % len(rows)) from error
        seconds.append(time.perf_counter() - began)
    p50, p99 = np.percentile(seconds, [50, 99])
    return 1000 * float(p50), 1000 * float(p99)
