"""A server for each test; starting one takes a few milliseconds."""

import pytest

from tests.client.server import serving


@pytest.fixture
def server():
    with serving() as running:
        yield running
