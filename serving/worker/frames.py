"""Messages between the server and a worker: pickles with their length in front, over a socket.

Both ends are this project on this machine, so that pickle is safe; of bytes and lists it is cheap.
"""

import pickle
import socket
import struct
from collections.abc import Iterator
from typing import Any

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20


def pack(message: Any) -> bytes:
    """Returns the message as it travels."""
    body = pickle.dumps(message, protocol=5)
    return _LENGTH.pack(len(body)) + body


class Unpacker:
    """Puts messages together from the pieces that arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> Iterator[Any]:
        """Yields the messages that are complete with this piece."""
        self._buffer += piece
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            body = bytes(memoryview(self._buffer)[_LENGTH.size : end])
            del self._buffer[:end]
            yield pickle.loads(body)


def received(connection: socket.socket) -> Iterator[Any]:
    """Yields the messages of a blocking socket until the other end closes it."""
    unpacker = Unpacker()
    while piece := connection.recv(_CHUNK):
        yield from unpacker.feed(piece)
