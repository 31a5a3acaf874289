"""The trial of an exported model: a server of its own, real rows, a time limit, and a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from components.infra_validator.answers import Answers, difference, number_fault
from components.infra_validator.interview import Fails, Interview, Reply, interview
from components.infra_validator.questions import Question, Rows, questions, shown, signatures
from components.infra_validator.servers import serving
from components.training.signatures import SERVE_EXAMPLES, TRANSFORM_FEATURES

_TAIL_LINES = 8


@dataclass(frozen=True)
class Limits:
    """What a model has to keep to.

    Attributes:
        load_timeout_s: For everything that the server does, in seconds.
        latency_budget_ms: Most that the p99 of one row over gRPC may be; None for no limit.
        image: Of TensorFlow Serving, for Docker; None for the project's own server.
    """

    load_timeout_s: float
    latency_budget_ms: float | None = None
    image: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What the trial showed.

    Attributes:
        reason: Why the model may not be pushed; empty when it may.
        rows: How many rows it was asked.
        signatures: That were asked, over gRPC and REST.
        not_asked: Signatures that rows cannot be put to.
        load_seconds: From the server's start until the model was available.
        p50_ms: Median time of an answer to one row over gRPC, in milliseconds; None without
            answers. `p99_ms` likewise.
    """

    reason: str
    rows: int
    signatures: Sequence[str] = ()
    not_asked: Sequence[str] = ()
    load_seconds: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None


def try_model(model: Path, rows: Rows, work_dir: Path, limits: Limits) -> Verdict:
    """Has a server load the model and answer the rows, and compares with the model in process.

    It is loaded in this process only after the server has answered everything: what crashes or
    hangs does so there.

    Args:
        model: The SavedModel's folder.
        rows: At least one.
        work_dir: For what passes between the processes.
        limits: What the model has to keep to.
    """
    count = len(rows.requests)
    try:
        found = signatures(model)
    except ValueError as error:
        return Verdict(f"it does not answer:\n{error}", count)
    if SERVE_EXAMPLES not in found:
        return Verdict(f"no signature {SERVE_EXAMPLES!r}; the model has {sorted(found)}", count)
    asked, left = questions(found, rows)
    said: Interview | None = None
    reason = ""
    try:
        with serving(model, limits.image, work_dir) as server:
            said = interview(server, asked, limits.load_timeout_s)
        _check_numbers(said.replies)
        _check_latency(said, limits.latency_budget_ms)
        _compare(said.replies, _in_process(model, asked))
    except Fails as error:
        reason = _explained(error, rows, server.log)
    names = [question.signature for question in asked]
    if said is None:
        return Verdict(reason, count, names, left)
    return Verdict(reason, count, names, left, said.load_seconds, said.p50_ms, said.p99_ms)


def _in_process(model: Path, asked: Sequence[Question]) -> dict[str, Answers]:
    """What the model answers without a server, by signature."""
    loaded = tf.saved_model.load(str(model))
    return {
        question.signature: {
            name: tensor.numpy()
            for name, tensor in loaded.signatures[question.signature](**question.inputs).items()
        }
        for question in asked
    }


def _check_numbers(replies: Sequence[Reply]) -> None:
    """Features may be NaN where a value is missing; answers may not."""
    for reply in replies:
        if reply.signature != TRANSFORM_FEATURES:
            fault = number_fault(reply.answers)
            if fault is not None:
                raise Fails(reply.way, fault.text, fault.row)


def _check_latency(said: Interview, budget_ms: float | None) -> None:
    if budget_ms is not None and said.p99_ms > budget_ms:
        text = (
            f"p99 of {said.p99_ms:.1f} ms, p50 of {said.p50_ms:.1f} ms; "
            f"latency_budget_ms allows {budget_ms:g}"
        )
        raise Fails(f"{SERVE_EXAMPLES} over gRPC, one row at a time", text)


def _compare(replies: Sequence[Reply], expected: dict[str, Answers]) -> None:
    for reply in replies:
        wanted = expected[reply.signature]
        fault = difference(reply.named(wanted), wanted)
        if fault is not None:
            raise Fails(reply.way, fault.text, fault.row)


def _explained(error: Fails, rows: Rows, log: Path) -> str:
    """The error, the row that shows it, and the end of the server's log."""
    place, lines = error.way, []
    if error.row is not None:
        place += f", row {error.row + 1} of {len(rows.requests)}"
        lines.append(f"row {error.row + 1}: {shown(rows.requests[error.row])}")
    written = log.read_text(encoding="utf-8", errors="replace")
    tail = [line for line in written.splitlines() if line.strip()][-_TAIL_LINES:]
    if tail:
        lines += ["the server's log ends with:", *(f"  {line}" for line in tail)]
    return "\n".join([f"{place}: {error.text}", *lines])
