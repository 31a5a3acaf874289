"""The client for event loops does what the other does."""

import asyncio
import inspect

import pytest

from tests.client.test_predicting import ROW, row
from tfxp_client import (
    AsyncClient,
    Client,
    DeadlineExceeded,
    InvalidRows,
    Limits,
    Retry,
    ServerUnavailable,
)

QUICK = Retry(first_pause_s=0.001, longest_pause_s=0.002)


def run(server, work, **options):
    """Runs the work with a client in a loop of its own."""

    async def main():
        async with AsyncClient(server.address, model="things", retry=QUICK, **options) as client:
            return await work(client)

    return asyncio.run(main())


def test_rows_are_answered(server):
    found = run(server, lambda client: client.predict([row(size=1.0), row(size=3.0)]))

    assert found.probability == pytest.approx([1.1, 1.3])


def test_what_is_safe_is_tried_again(server):
    server.fail("Predict", "UNAVAILABLE", times=2)

    assert len(run(server, lambda client: client.predict(ROW))) == 1
    assert len(server.asked()) == 3


def test_rows_that_do_not_fit_are_not_sent(server):
    with pytest.raises(InvalidRows, match="did you mean 'size'"):
        run(server, lambda client: client.predict(row(sise=1)))
    assert server.asked() == []


def test_the_deadline_holds(server):
    server.delays["Predict"] = 20
    with pytest.raises(DeadlineExceeded):
        run(server, lambda client: client.predict(ROW, timeout_s=0.1))


def test_nobody_at_the_address_is_said_so(server):
    server.address = "localhost:1"
    with pytest.raises(ServerUnavailable, match="after 4 attempts"):
        run(server, lambda client: client.status())


def test_calls_at_once_share_a_connection(server):
    async def work(client):
        return await asyncio.gather(
            *(client.predict([row(size=float(number))] * 3) for number in range(20))
        )

    found = run(server, work, limits=Limits(max_rows=2))

    assert [one.probability[0] for one in found] == pytest.approx(
        [1 + number / 10 for number in range(20)]
    )
    assert len({context.peer() for _, _, context in server.requests}) == 1


def test_a_call_that_is_cancelled_ends_at_once(server):
    server.delays["Predict"] = 20

    async def work(client):
        task = asyncio.create_task(client.predict(ROW))
        while not server.asked():
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await client.status()

    assert run(server, work)[0].is_available


def test_other_calls_are_there_too(server):
    async def work(client):
        server.labels = {"stable": 1}
        metadata = await client.metadata(label="stable")
        examples = await client.predict_examples([b"one"])
        tensors = await client.predict_tensors({"examples": [b"one"]})
        return metadata.version, examples.probability, tensors.outputs["probability"].tolist()

    assert run(server, work) == (1, [1.0], [[1.0]])


def test_both_clients_have_the_same_methods_with_the_same_arguments():
    def methods(kind):
        return {
            name: inspect.signature(method)
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("__")
        }

    assert methods(AsyncClient) == methods(Client)
