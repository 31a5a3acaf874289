import grpc
import pytest

from tests.serving.in_memory import Running


@pytest.fixture(scope="session")
def running():
    """A server in this process, for tests that leave it as it was."""
    server = Running(max_message_bytes=1_000_000)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def channel(running):
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as opened:
        yield opened
