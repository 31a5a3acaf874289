"""What is tried again, how often, and never beyond the deadline."""

import random
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from itertools import pairwise

import grpc
import pytest

from tests.client.server import serving
from tfxp_client import (
    Client,
    DeadlineExceeded,
    Overloaded,
    Retry,
    ServerRefused,
    ServerUnavailable,
)
from tfxp_client.calling import Deadline, Patience, Way, call
from tfxp_client.errors import Asked
from tfxp_client.methods import STATUS
from tfxp_client.steps import Ask, Pause, RpcFailed

QUICK = Retry(first_pause_s=0.001, longest_pause_s=0.002)
ASKED = Asked("host:8500", "things")
UNAVAILABLE = RpcFailed(grpc.StatusCode.UNAVAILABLE, "down")


class Clock:
    """Moves when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def drive(patience, timeout_s=10.0, failures=1000, asking_s=0.0, failed=UNAVAILABLE):
    """Plays a call to its end without a network; returns what it did, and its answer or error."""
    clock = Clock()
    steps = call(STATUS, None, Way(ASKED, Deadline.after(timeout_s, clock), patience))
    done, step = [], next(steps)
    while True:
        done.append(step)
        try:
            if isinstance(step, Pause):
                clock.now += step.seconds
                step = steps.send(None)
                continue
            clock.now += asking_s
            if failures:
                failures -= 1
                step = steps.throw(failed)
            else:
                step = steps.send("answer")
        except StopIteration as end:
            return done, end.value
        except Exception as error:
            return done, error


def pauses(done):
    return [step.seconds for step in done if isinstance(step, Pause)]


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_a_call_that_may_be_repeated_is(server, code):
    server.fail("GetModelStatus", code, times=2)

    with Client(server.address, model="things", retry=QUICK) as client:
        (only,) = client.status()

    assert only.is_available
    assert len(server.asked("GetModelStatus")) == 3


@pytest.mark.parametrize("code", ["INTERNAL", "ABORTED", "UNKNOWN", "FAILED_PRECONDITION"])
def test_after_anything_else_it_is_not(server, code):
    server.fail("GetModelStatus", code)

    with (
        Client(server.address, model="things", retry=QUICK) as client,
        pytest.raises(ServerRefused),
    ):
        client.status()
    assert len(server.asked("GetModelStatus")) == 1


def test_a_queue_that_stays_full_is_an_overloaded_server(server):
    server.fail("GetModelStatus", "RESOURCE_EXHAUSTED", "queue is full", times=9)

    with (
        Client(server.address, model="things", retry=QUICK) as client,
        pytest.raises(Overloaded, match="takes no more after 4 attempts: queue is full"),
    ):
        client.status()


def test_a_message_that_is_too_long_stays_so(server):
    text = "Received message larger than max (5 vs. 4)"
    server.fail("GetModelStatus", "RESOURCE_EXHAUSTED", text)

    with (
        Client(server.address, model="things", retry=QUICK) as client,
        pytest.raises(ServerRefused, match="smaller max_message_bytes"),
    ):
        client.status()
    assert len(server.asked("GetModelStatus")) == 1


def test_a_slow_answer_ends_at_the_deadline(server):
    server.delays["GetModelStatus"] = 20

    with (
        Client(server.address, model="things", timeout_s=0.1) as client,
        pytest.raises(DeadlineExceeded, match=r"within 0\.1 s; give a larger timeout_s"),
    ):
        client.status()


def test_pauses_are_drawn_below_a_bound_that_doubles_up_to_the_longest():
    retry = Retry(attempts=6, first_pause_s=0.1, longest_pause_s=0.5)

    done, _ = drive(Patience.of(retry, lambda: 0.5))

    assert pauses(done) == pytest.approx([0.05, 0.1, 0.2, 0.25, 0.25])


def test_two_clients_pause_differently():
    first, second = (
        pauses(drive(Patience.of(Retry(), random.Random(seed).random))[0]) for seed in (1, 2)
    )

    assert first != second


def test_no_pause_reaches_beyond_the_deadline():
    retry = Retry(attempts=50, first_pause_s=1, longest_pause_s=1)

    done, error = drive(Patience.of(retry, lambda: 0.9), timeout_s=3.0)

    assert isinstance(error, ServerUnavailable)
    assert pauses(done) == [0.9] * 3
    assert error.attempts == 4


def test_each_attempt_is_given_what_is_left():
    done, _ = drive(Patience.of(Retry(first_pause_s=0.1), lambda: 0.5), timeout_s=3.0, asking_s=0.5)

    given = [step.timeout_s for step in done if isinstance(step, Ask)]
    assert given == pytest.approx([3.0, 2.45, 1.85, 1.15])
    assert all(later < earlier for earlier, later in pairwise(given))


def test_when_most_calls_fail_none_is_repeated_until_some_succeed():
    patience = Patience.of(Retry(attempts=4, first_pause_s=0.1, budget=5), lambda: 0.5)

    asked = [len(drive(patience)[0]) - len(pauses(drive(patience)[0])) for _ in range(3)]
    assert asked[-1] == 1

    for _ in range(30):
        drive(patience, failures=0)
    done, answer = drive(patience, failures=1)
    assert (len(pauses(done)), answer) == (1, "answer")


@pytest.mark.parametrize("options", [{"attempts": 0}, {"first_pause_s": 0}, {"first_pause_s": 3.0}])
def test_a_policy_that_cannot_be_is_refused(options):
    with pytest.raises(ValueError, match="Retry: "):
        Retry(**options)


def test_a_server_that_is_restarted_is_found_again():
    retry = Retry(attempts=50, first_pause_s=0.05, longest_pause_s=0.1, budget=100)
    with serving() as first:
        port = int(first.address.rpartition(":")[2])
        client = Client(first.address, model="things", timeout_s=20, retry=retry)
        client.status()
    with client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.status)
        # It has been refused once or twice by then.
        with pytest.raises(NotYet):
            waiting.result(0.3)
        with serving(port=port):
            (only,) = waiting.result(20)

    assert only.is_available
