"""The client that awaits."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from tfxp_client.awaiting import AwaitingTransport
from tfxp_client.channels import Tls
from tfxp_client.configured import Configured
from tfxp_client.core import Choice
from tfxp_client.metadata import Metadata
from tfxp_client.predictions import Answer, Predictions
from tfxp_client.status import VersionStatus


class AsyncClient(Configured):
    """Asks a model server from an event loop; as `Client` does, and with the same arguments.

    async with AsyncClient("localhost:8500", model="taxi", label="stable") as client:
        (await client.predict({"fare": 9.5, "company": "Blue Cab"})).probability
    """

    _transport: AwaitingTransport

    async def predict(
        self,
        rows: Any,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
        signature: str | None = None,
        request_id: str | None = None,
    ) -> Predictions:
        """As `Client.predict`."""
        choice = Choice(version, label, timeout_s, signature, request_id)
        return await self._transport.run(self._core.predict(rows, choice))

    async def predict_examples(
        self,
        examples: Sequence[bytes],
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
        signature: str | None = None,
        request_id: str | None = None,
    ) -> Predictions:
        """As `Client.predict_examples`."""
        choice = Choice(version, label, timeout_s, signature, request_id)
        return await self._transport.run(self._core.predict_examples(examples, choice))

    async def predict_tensors(
        self,
        tensors: Mapping[str, Any],
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
        signature: str | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """As `Client.predict_tensors`."""
        choice = Choice(version, label, timeout_s, signature, request_id)
        return await self._transport.run(self._core.predict_tensors(tensors, choice))

    async def status(
        self,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
    ) -> tuple[VersionStatus, ...]:
        """As `Client.status`."""
        return await self._transport.run(self._core.status(Choice(version, label, timeout_s)))

    async def metadata(
        self,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
    ) -> Metadata:
        """As `Client.metadata`."""
        return await self._transport.run(self._core.metadata(Choice(version, label, timeout_s)))

    async def reload(self, config: object, *, timeout_s: float | None = None) -> None:
        """As `Client.reload`."""
        await self._transport.run(self._core.reload(config, Choice(timeout_s=timeout_s)))

    async def close(self) -> None:
        """Ends the connection, and what is under way on it."""
        await self._transport.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _open(self, address: str, tls: Tls | None) -> None:
        self._transport = AwaitingTransport(address, tls)
