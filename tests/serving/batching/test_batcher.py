"""Rows of several requests are run together, and nobody notices but by the speed."""

import asyncio

import grpc
import numpy as np

from serving.batching import Batcher
from serving.batching.company import Company
from serving.options import Batching
from serving.servable import ServingError, Signature, TensorSpec

FLOAT = 1


def spec(*shape):
    return TensorSpec("tensor:0", FLOAT, shape)


SIGNATURES = {
    "rows": Signature({"x": spec(-1)}, {"y": spec(-1)}, ""),
    "other": Signature({"x": spec(-1)}, {"y": spec(-1)}, ""),
    "total": Signature({"x": spec(-1)}, {"y": spec()}, ""),
    "padded": Signature({"x": spec(-1)}, {"y": spec(-1)}, ""),
    "matrix": Signature({"x": spec(-1, -1)}, {"y": spec(-1, -1)}, ""),
}


class Model:
    """Doubles; refuses a batch with a negative number. Runs only while it is open."""

    def __init__(self):
        self.batches = []
        self.open = asyncio.Event()
        self.open.set()

    async def run(self, signature, inputs, outputs):
        self.batches.append(inputs["x"].tolist())
        await self.open.wait()
        if (inputs["x"] < 0).any():
            raise ServingError(grpc.StatusCode.INVALID_ARGUMENT, f"{inputs['x'].min()} is negative")
        if (inputs["x"] == 666).any():
            raise ServingError(grpc.StatusCode.UNAVAILABLE, "the process ended")
        doubled = 2 * inputs["x"]
        if signature == "total":
            return {"y": doubled.sum()}
        return {"y": np.append(doubled, 0) if signature == "padded" else doubled}


def scenario(play, **options):
    """Plays with a model and its batcher in an event loop of its own."""

    async def in_loop():
        model = Model()
        return await play(model, Batcher(model.run, SIGNATURES, Batching(**options)))

    return asyncio.run(in_loop())


def ask(batcher, *x, signature="rows", timeout_s=None):
    request = batcher.run(signature, {"x": np.array(x, np.float32)}, ("y",), timeout_s)
    return asyncio.create_task(request)


async def busy(model, batcher, threads=2):
    """Has every thread of the model run something that takes as long as the test wants."""
    model.open.clear()
    asked = []
    for _ in range(threads):
        asked.append(ask(batcher, 0))
        await asyncio.sleep(0.001)
    model.batches.clear()
    return asked


async def answers(*asked):
    return [
        answer if isinstance(answer, BaseException) else answer["y"].tolist()
        for answer in await asyncio.gather(*asked, return_exceptions=True)
    ]


def test_what_waits_while_the_model_is_busy_is_run_as_one_batch():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, 1), ask(batcher, 2, 3), ask(batcher, 4)]
        await asyncio.sleep(0.001)
        model.open.set()
        assert await answers(*asked) == [[2], [4, 6], [8]]
        await asyncio.gather(*first)
        return model.batches

    assert scenario(play) == [[1, 2, 3, 4]]


def test_a_free_model_is_asked_at_once():
    async def play(model, batcher):
        return await answers(ask(batcher, 1))

    assert scenario(play) == [[2]]


def test_without_batching_every_request_runs_alone():
    async def play(model, batcher):
        await answers(ask(batcher, 1), ask(batcher, 2), ask(batcher, 3))
        return model.batches

    assert scenario(play, enabled=False) == [[1], [2], [3]]


def test_a_batch_has_at_most_its_size_and_a_larger_request_runs_alone():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, 1, 1), ask(batcher, 2, 2), ask(batcher, *range(9)), ask(batcher, 3)]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first, *asked)
        return model.batches

    batches = scenario(play, max_batch_size=4)

    assert sorted(map(len, batches)) == [1, 4, 9]


def test_a_request_that_does_not_fit_leaves_its_place_to_one_that_does():
    async def play(model, batcher):
        first = await busy(model, batcher, threads=1)
        asked = [ask(batcher, 1, 1, 1), ask(batcher, 2, 2), ask(batcher, 3)]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first, *asked)
        return model.batches

    assert scenario(play, max_batch_size=4, threads=1) == [[1, 1, 1, 3], [2, 2]]


def test_a_request_that_is_larger_than_the_queue_is_run_when_nothing_waits():
    async def play(model, batcher):
        return await answers(ask(batcher, 1, 1, 1))

    assert scenario(play, max_batch_size=2, max_enqueued_batches=1) == [[2, 2, 2]]


def test_other_inner_shapes_outputs_and_signatures_are_not_mixed():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [
            ask(batcher, [1, 1], signature="matrix"),
            ask(batcher, [1, 1, 1], signature="matrix"),
            ask(batcher, [2, 2], signature="matrix"),
            ask(batcher, 5, signature="other"),
        ]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first, *asked)
        return model.batches

    assert sorted(map(str, scenario(play))) == [
        "[5.0]",
        "[[1.0, 1.0, 1.0]]",
        "[[1.0, 1.0], [2.0, 2.0]]",
    ]


def test_nobody_fails_for_the_row_of_another():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, x) for x in (1, 2, -3, 4, 5)]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first)
        return await answers(*asked)

    one, two, three, four, five = scenario(play)

    assert [one, two, four, five] == [[2], [4], [8], [10]]
    assert three.code is grpc.StatusCode.INVALID_ARGUMENT
    assert str(three) == "-3.0 is negative"


def test_a_row_that_was_given_up_while_its_batch_ran_is_not_run_again():
    async def play(model, batcher):
        first = await busy(model, batcher, threads=1)
        asked = [ask(batcher, x) for x in (1, -3, 4)]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first)
        model.open.clear()
        while not model.batches:
            await asyncio.sleep(0.001)
        asked[1].cancel()
        await asyncio.sleep(0.001)
        model.open.set()
        return await answers(asked[0], asked[2]), model.batches[1:]

    found, batches = scenario(play, threads=1)

    assert found == [[2], [8]]
    assert [-3] not in batches


def test_a_process_that_died_is_not_asked_again_for_each_row():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, x) for x in (1, 666, 3)]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first)
        return [str(error) for error in await answers(*asked)], model.batches

    assert scenario(play) == (["the process ended"] * 3, [[1, 666, 3]])


def test_a_signature_whose_output_has_no_rows_is_never_batched():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, 1, signature="total"), ask(batcher, 2, signature="total")]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first)
        return await answers(*asked), model.batches

    assert scenario(play) == ([2, 4], [[1], [2]])


def test_outputs_with_other_rows_than_the_batch_make_requests_run_alone_from_then_on():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, x, signature="padded") for x in (1, 2)]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first)
        found = await answers(*asked)
        model.batches.clear()
        await answers(*(ask(batcher, x, signature="padded") for x in (3, 4)))
        return found, model.batches

    assert scenario(play) == ([[2, 0], [4, 0]], [[3], [4]])


def test_a_full_queue_refuses_at_once_and_has_room_again():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = [ask(batcher, 1, 1), ask(batcher, 2, 2), ask(batcher, 3)]
        await asyncio.sleep(0.001)
        (refused,) = await answers(asked.pop())
        model.open.set()
        await asyncio.gather(*first, *asked)
        return refused, await answers(ask(batcher, 3))

    refused, after = scenario(play, max_batch_size=2, max_enqueued_batches=2)

    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "max_enqueued_batches is 2" in str(refused)
    assert after == [[6]]


def test_a_request_whose_time_is_over_is_refused_and_never_run():
    async def play(model, batcher):
        first = await busy(model, batcher)
        late, other = ask(batcher, 1, timeout_s=0.005), ask(batcher, 2)
        (refused,) = await answers(late)
        model.open.set()
        await asyncio.gather(*first, other)
        return refused, model.batches

    refused, batches = scenario(play)

    assert refused.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert batches == [[2]]


def test_a_request_that_was_cancelled_makes_room_and_is_never_run():
    async def play(model, batcher):
        first = await busy(model, batcher)
        cancelled = ask(batcher, 1)
        await asyncio.sleep(0.001)
        cancelled.cancel()
        await answers(cancelled)
        other = ask(batcher, 2)
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first, other)
        return model.batches

    assert scenario(play, max_batch_size=1, max_enqueued_batches=1) == [[2]]


def test_a_first_row_waits_its_time_for_others_and_no_longer():
    async def play(model, batcher):
        early = ask(batcher, 1)
        await asyncio.sleep(0.01)
        assert not model.batches
        await answers(early, ask(batcher, 2))
        return model.batches

    assert scenario(play, batch_timeout_s=0.3) == [[1, 2]]


def test_one_client_that_asks_again_and_again_never_waits():
    async def play(model, batcher):
        for _ in range(5):
            await answers(ask(batcher, 1))

    scenario(play, gather_s=1000)


def test_a_row_waits_for_as_many_as_were_there_at_once_of_late():
    async def play(model, batcher):
        await answers(*(ask(batcher, x) for x in (1, 2, 3)))
        model.batches.clear()
        early = [ask(batcher, 4), ask(batcher, 5)]
        await asyncio.sleep(0.02)
        assert not model.batches
        await answers(*early, ask(batcher, 6))
        return model.batches

    assert scenario(play, gather_s=1000) == [[4, 5, 6]]


def test_a_row_waits_no_longer_for_those_who_do_not_come_again():
    async def play(model, batcher):
        await answers(*(ask(batcher, x) for x in (1, 2, 3)))
        return await answers(ask(batcher, 4))

    assert scenario(play, gather_s=0.01) == [[8]]


def test_company_is_forgotten():
    company = Company()
    company.seen(32, now=10.0)
    assert company.expected == 32

    company.seen(2, now=10.15)
    assert company.expected == 32
    company.seen(2, now=10.3)
    assert company.expected == 2
    company.seen(1, now=20.0)
    assert company.expected == 1


def test_what_still_gathers_is_run_at_once_when_the_version_goes():
    async def play(model, batcher):
        await answers(*(ask(batcher, x) for x in (1, 2, 3)))
        asked = ask(batcher, 4)
        await asyncio.sleep(0)
        await batcher.drained()
        return await answers(asked)

    assert scenario(play, gather_s=1000) == [[8]]


def test_a_full_batch_does_not_wait():
    async def play(model, batcher):
        await answers(ask(batcher, 1), ask(batcher, 2))
        return model.batches

    assert scenario(play, batch_timeout_s=1000, max_batch_size=2) == [[1, 2]]


def test_signatures_take_turns():
    async def play(model, batcher):
        first = await busy(model, batcher, threads=1)
        asked = [ask(batcher, x) for x in (1, 2, 3)] + [ask(batcher, 9, signature="other")]
        await asyncio.sleep(0.001)
        model.open.set()
        await asyncio.gather(*first, *asked)
        return model.batches.index([9])

    assert scenario(play, max_batch_size=1, threads=1) <= 1


def test_it_is_drained_when_the_last_answer_is_there():
    async def play(model, batcher):
        first = await busy(model, batcher)
        asked = ask(batcher, 1)
        drained = asyncio.create_task(batcher.drained())
        await asyncio.sleep(0.005)
        assert not drained.done()
        model.open.set()
        await drained
        return asked.done() or await asyncio.wait_for(asked, 1), first

    assert scenario(play)


def test_an_error_nobody_thought_of_reaches_whoever_waits():
    async def play(model, batcher):
        model.open = None
        return await answers(ask(batcher, 1))

    (error,) = scenario(play)

    assert error.code is grpc.StatusCode.INTERNAL
