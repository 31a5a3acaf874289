"""A version that is asked besides: reported, never returned, never in the way."""

import asyncio
import logging
import threading
import time

import pytest

from tests.client.server import column, sizes
from tests.client.test_predicting import ROW, row
from tfxp_client import AsyncClient, Client, Limits, Shadow, ShadowCounts


@pytest.fixture
def server(server):
    server.versions = {1: "AVAILABLE", 2: "AVAILABLE"}
    server.labels = {"stable": 1, "canary": 2}
    return server


def settled(client, timeout_s=10):
    """The counts, when nothing is in flight any more."""
    end = time.monotonic() + timeout_s
    while client.shadow_counts.in_flight and time.monotonic() < end:
        time.sleep(0.005)
    return client.shadow_counts


def late_canary(event):
    """Answers of which those of version 2 wait for the event."""

    def answer(request, version):
        if version == 2:
            event.wait(10)
        return sizes(request, version)

    return answer


def shadowed(server, shadow, **options):
    return Client(server.address, model="things", label="stable", shadow=shadow, **options)


def test_both_answers_are_reported_and_the_main_one_is_returned(server):
    pairs = []
    with shadowed(server, Shadow(label="canary", report=pairs.append)) as client:
        found = client.predict([row(size=1.0), row(size=2.0)])
        counts = settled(client)

    assert found.version == 1
    ((pair,), expected) = pairs, pytest.approx([2.1, 2.2])
    assert (pair.main.version, pair.shadow.version) == (1, 2)
    assert pair.shadow.probability == expected
    assert pair.largest_difference == pytest.approx(1.0)
    assert counts == ShadowCounts(answered=1)


def test_without_a_report_there_is_a_line_in_the_log(server, caplog):
    with caplog.at_level(logging.INFO), shadowed(server, "canary") as client:
        client.predict(ROW)
        settled(client)

    assert "shadow version 2 beside 1: 1 rows, largest difference 1, " in caplog.text


def test_a_shadow_that_hangs_holds_nobody_up_and_is_bounded(server):
    waiting = threading.Event()

    server.answers = late_canary(waiting)
    with shadowed(server, Shadow(label="canary", max_in_flight=3)) as client:
        for _ in range(10):
            assert client.predict(ROW).version == 1
        during = client.shadow_counts
        waiting.set()
        after = settled(client)

    assert during == ShadowCounts(in_flight=3, dropped=7)
    assert after == ShadowCounts(answered=3, dropped=7)


def test_a_shadow_that_is_too_slow_has_failed(server):
    gone = threading.Event()
    server.answers = late_canary(gone)
    with shadowed(server, Shadow(label="canary", timeout_s=0.05)) as client:
        client.predict(ROW)
        counts = settled(client)
    gone.set()

    assert counts == ShadowCounts(failed=1)


def test_a_shadow_that_is_not_there_is_counted_and_said_once(server, caplog):
    del server.labels["canary"]
    with caplog.at_level(logging.WARNING), shadowed(server, "canary") as client:
        for _ in range(5):
            assert client.predict(ROW).version == 1
            settled(client)
        counts = client.shadow_counts

    assert counts == ShadowCounts(failed=5)
    assert caplog.text.count("Unrecognized servable version label: canary") == 1


def test_a_report_that_raises_is_counted_and_harms_nobody(server):
    def report(pair):
        raise RuntimeError("full disk")

    with shadowed(server, Shadow(label="canary", report=report)) as client:
        assert client.predict(ROW).version == 1
        assert settled(client) == ShadowCounts(failed=1)


def test_a_shadow_that_answers_something_else_is_counted(server):
    server.answers = lambda request, version: {"probability": column([1.0] * version)}
    with shadowed(server, "canary") as client:
        client.predict(ROW)
        assert settled(client) == ShadowCounts(failed=1)


def test_a_share_of_the_messages_is_shadowed(server):
    shadow = Shadow(label="canary", share=0.25, max_in_flight=1000, seed=3)
    with shadowed(server, shadow, limits=Limits(max_rows=1)) as client:
        client.predict([ROW] * 200)
        assert 30 <= settled(client).answered <= 75


def test_what_a_closed_client_leaves_in_flight_is_counted(server):
    waiting = threading.Event()
    server.answers = late_canary(waiting)
    client = shadowed(server, "canary")
    client.predict(ROW)
    client.close()
    counts = settled(client)
    waiting.set()

    assert counts == ShadowCounts(failed=1)


def test_an_event_loop_is_not_held_up_either(server):
    waiting, pairs = threading.Event(), []
    server.answers = late_canary(waiting)

    async def main():
        shadow = Shadow(label="canary", max_in_flight=2, report=pairs.append)
        async with AsyncClient(
            server.address, model="things", label="stable", shadow=shadow
        ) as client:
            for _ in range(3):
                assert (await client.predict(ROW)).version == 1
            during = client.shadow_counts
            waiting.set()
            while client.shadow_counts.in_flight:
                await asyncio.sleep(0.005)
            return during, client.shadow_counts

    during, after = asyncio.run(main())

    assert during == ShadowCounts(in_flight=2, dropped=1)
    assert after == ShadowCounts(answered=2, dropped=1)
    assert [pair.shadow.version for pair in pairs] == [2, 2]


def test_an_event_loop_counts_what_it_leaves_in_flight(server):
    waiting = threading.Event()
    server.answers = late_canary(waiting)

    async def main():
        client = AsyncClient(server.address, model="things", label="stable", shadow="canary")
        await client.predict(ROW)
        await client.close()
        return client.shadow_counts

    counts = asyncio.run(main())
    waiting.set()

    assert counts == ShadowCounts(failed=1)


@pytest.mark.parametrize("options", [{"share": 0}, {"max_in_flight": 0}, {"timeout_s": 0}])
def test_a_shadow_that_cannot_be_is_refused(options):
    with pytest.raises(ValueError, match="Shadow: expected"):
        Shadow(label="canary", **options)
