"""The metadata that a client knows, by whom it asks; asked for again when the version changes."""

from collections.abc import Callable
from typing import TypeVar

import grpc

from tfxp_client.calling import Way
from tfxp_client.errors import Asked, ClientError, InvalidRows, ServerRefused
from tfxp_client.metadata import Metadata, metadata
from tfxp_client.steps import Steps

T = TypeVar("T")

# What a request that was made for another version may be refused with.
_OUTDATED = (None, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)


class Known:
    """Metadata of the versions that were last seen to answer."""

    def __init__(self) -> None:
        self._found: dict[Asked, Metadata] = {}

    def using(self, way: Way, work: Callable[[Metadata], Steps[T]]) -> Steps[T]:
        """Does what needs the metadata; once more if they were those of an older version.

        Raises:
            ClientError: as the work does.
        """
        known = self._found.get(way.asked)
        if known is None:
            return (yield from work((yield from self.learn(way))))
        try:
            return (yield from work(known))
        except (InvalidRows, ServerRefused) as error:
            if error.code not in _OUTDATED:
                raise
            newer = yield from self._newer(way, known, error)
        return (yield from work(newer))

    def learn(self, way: Way) -> Steps[Metadata]:
        """Asks, and keeps what is answered."""
        found = yield from metadata(way)
        self._found[way.asked] = found
        return found

    def saw(self, asked: Asked, version: int) -> None:
        """Which version answered; metadata of another one are forgotten."""
        known = self._found.get(asked)
        if known is not None and known.version != version:
            self._found.pop(asked, None)

    def _newer(self, way: Way, known: Metadata, refused: ClientError) -> Steps[Metadata]:
        """Of the version that answers now; if it is still the same one, it was right to refuse."""
        try:
            found = yield from self.learn(way)
        except ClientError:
            raise refused from None
        if found.version == known.version:
            raise refused
        return found
