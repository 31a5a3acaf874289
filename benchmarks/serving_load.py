"""Puts load on a server from many clients at once, in a process of its own.

`serving_load.py TARGET REQUESTS ROWS CLIENTS SECONDS`: TARGET is `grpc://host:port` or a URL to
which bodies are posted; REQUESTS is a file of `serving_requests.py`, ROWS the rows of each request.
Every client has a connection of its own and sends the next request when it has the last answer.
Requests are sent as the bytes that they are and answers are not parsed, so that next to nothing of
the machine goes to the clients. Prints JSON with the names of `Load`.
"""

import asyncio
import itertools
import json
import pickle
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
import grpc
import numpy as np

_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_WARM_UP_SHARE = 0.25
_CHANNEL_OPTIONS = (
    # Clients are as many processes elsewhere: none may share another's connection.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)

Send = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True)
class Load:
    """What a server bore.

    Attributes:
        rows_per_s: Rows answered in a second by all clients together.
        p50_ms: Median time of a request, in milliseconds; `p95_ms` and `p99_ms` likewise.
        errors: Requests that were not answered well, while warming up, too.
        client_cores: Processor time of the clients in a second; near 1, they are the bottleneck.
    """

    rows_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    client_cores: float


async def load(target: str, requests: list[bytes], rows: int, clients: int, seconds: float) -> Load:
    """Sends the requests in turn, from all clients, until the time is over.

    Raises:
        RuntimeError: none was answered.
    """
    latencies: list[float] = []
    errors: list[str] = []
    supply = itertools.cycle(requests)
    async with AsyncExitStack() as stack:
        sends = [await _connect(target, stack) for _ in range(clients)]

        async def all_until(until: float, times: list[float]) -> None:
            await asyncio.gather(*(_client(send, supply, until, times, errors) for send in sends))

        await all_until(time.perf_counter() + seconds * _WARM_UP_SHARE, [])
        began, cpu = time.perf_counter(), time.process_time()
        await all_until(began + seconds, latencies)
        elapsed = time.perf_counter() - began
        cores = (time.process_time() - cpu) / elapsed
    if not latencies:
        msg = f"{target}: none of {len(errors)} requests was answered: {errors[0]}"
        raise RuntimeError(msg)
    p50, p95, p99 = (1000 * np.percentile(latencies, [50, 95, 99])).tolist()
    return Load(len(latencies) * rows / elapsed, p50, p95, p99, len(errors), cores)


async def _client(
    send: Send, supply: Iterator[bytes], until: float, latencies: list[float], errors: list[str]
) -> None:
    """Asks until then; adds to the latencies and the errors."""
    while (asked := time.perf_counter()) < until:
        try:
            await send(next(supply))
        except grpc.aio.AioRpcError as error:
            errors.append(f"{error.code().name}: {error.details()}")
        except aiohttp.ClientError as error:
            errors.append(str(error))
        else:
            latencies.append(time.perf_counter() - asked)


async def _connect(target: str, stack: AsyncExitStack) -> Send:
    """A client's own connection."""
    scheme, _, address = target.partition("://")
    if scheme == "grpc":
        channel = await stack.enter_async_context(
            grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS)
        )
        # Without serializers bytes go out and come in as they are.
        return channel.unary_unary(_PREDICT)
    session = await stack.enter_async_context(
        aiohttp.ClientSession(headers={"Content-Type": "application/json"})
    )

    async def post(body: bytes) -> None:
        async with session.post(target, data=body) as answer:
            answer.raise_for_status()
            await answer.read()

    return post


def main() -> None:
    """Prints what the server bore."""
    target, path, rows, clients, seconds = sys.argv[1:]
    requests = pickle.loads(Path(path).read_bytes())
    print(
        json.dumps(
            asdict(asyncio.run(load(target, requests, int(rows), int(clients), float(seconds))))
        )
    )


if __name__ == "__main__":
    main()
