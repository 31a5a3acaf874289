import asyncio

import grpc
import pytest

from serving.api.health import Health
from tests.serving.api.calling import HEALTH, call, refused
from tests.serving.in_memory import Running
from tfxp_client import wire


@pytest.mark.parametrize("service", ["", "PredictionService", "tensorflow.serving.ModelService"])
def test_the_server_and_its_services_serve(channel, service):
    request = wire.HealthCheckRequest(service=service)
    answer = call(channel, "Check", request, wire.HealthCheckResponse, HEALTH)
    assert answer.status == wire.HealthCheckResponse.SERVING


def test_another_service_is_not_found(channel):
    request = wire.HealthCheckRequest(service="taxi")
    assert refused(channel, "Check", request, HEALTH)[0] is grpc.StatusCode.NOT_FOUND


def watch(channel, service=""):
    return channel.unary_stream(
        f"/{HEALTH}/Watch",
        request_serializer=wire.HealthCheckRequest.SerializeToString,
        response_deserializer=wire.HealthCheckResponse.FromString,
    )(wire.HealthCheckRequest(service=service), timeout=20)


def test_watching_an_unknown_service_says_that_it_is_unknown(channel):
    stream = watch(channel, "taxi")
    assert next(stream).status == wire.HealthCheckResponse.SERVICE_UNKNOWN
    stream.cancel()


def test_who_watches_is_told_of_changes_and_let_go_at_the_end():
    server = Running()
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stream = watch(channel)
        found = [next(stream).status]
        server.soon(lambda: server.health.set(is_serving=False))
        found.append(next(stream).status)
        server.soon(lambda: server.health.set(is_serving=True))
        found.append(next(stream).status)
        server.stop()
        found += [answer.status for answer in stream]
    serving, not_serving = wire.HealthCheckResponse.SERVING, wire.HealthCheckResponse.NOT_SERVING
    assert found == [serving, not_serving, serving, not_serving]


def test_the_end_is_told_also_to_one_who_is_just_being_told_something_else():
    async def told():
        health = Health()
        watching = health._watch(wire.HealthCheckRequest(), None)
        first = await anext(watching)
        health.close()
        return [first.status, *[answer.status async for answer in watching]]

    serving, not_serving = wire.HealthCheckResponse.SERVING, wire.HealthCheckResponse.NOT_SERVING
    assert asyncio.run(told()) == [serving, not_serving]
