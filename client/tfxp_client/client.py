"""The client that blocks."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from tfxp_client.blocking import BlockingTransport, Transport
from tfxp_client.channels import Tls
from tfxp_client.configured import Configured
from tfxp_client.core import Choice
from tfxp_client.metadata import Metadata
from tfxp_client.predictions import Answer, Predictions
from tfxp_client.status import VersionStatus


class Client(Configured):
    """Asks a model server; may be used from many threads at once, over one connection.

    with Client("localhost:8500", model="taxi", label="stable") as client:
        client.predict({"fare": 9.5, "company": "Blue Cab"}).probability
    """

    _transport: Transport

    def predict(
        self,
        rows: Any,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
        signature: str | None = None,
        request_id: str | None = None,
    ) -> Predictions:
        """Answers rows.

        Args:
            rows: A dict of column to value, a list of such dicts, a pandas DataFrame or an Arrow
                table. A value that is None or NaN is missing.
            version: Instead of the client's version or label.
            label: The same.
            timeout_s: Instead of the client's.
            signature: Instead of `serve_rows`, or `serving_default` where the model has no other.
            request_id: Sent along, and written to request logs.

        Raises:
            ClientError: InvalidRows before anything is sent, or why there is no answer.
        """
        choice = Choice(version, label, timeout_s, signature, request_id)
        return self._transport.run(self._core.predict(rows, choice))

    def predict_examples(
        self,
        examples: Sequence[bytes],
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
        signature: str | None = None,
        request_id: str | None = None,
    ) -> Predictions:
        """Answers rows that are tf.Examples already.

        Args:
            examples: Serialized, one a row.
            version: Instead of the client's version or label.
            label: The same.
            timeout_s: Instead of the client's.
            signature: Instead of `serving_default`.
            request_id: Sent along, and written to request logs.

        Raises:
            ClientError: as for `predict`.
        """
        choice = Choice(version, label, timeout_s, signature, request_id)
        return self._transport.run(self._core.predict_examples(examples, choice))

    def predict_tensors(
        self,
        tensors: Mapping[str, Any],
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
        signature: str | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """Answers tensors as they are, in one message; a signature's inputs need not be columns.

        Args:
            tensors: By input: a numpy array, or nested lists, in the shape that is sent.
            version: Instead of the client's version or label.
            label: The same.
            timeout_s: Instead of the client's.
            signature: Instead of `serving_default`.
            request_id: Sent along, and written to request logs.

        Raises:
            ClientError: as for `predict`.
        """
        choice = Choice(version, label, timeout_s, signature, request_id)
        return self._transport.run(self._core.predict_tensors(tensors, choice))

    def status(
        self,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
    ) -> tuple[VersionStatus, ...]:
        """What the server says of the model's versions, newest first, also of those that failed.

        Args:
            version: Only this one.
            label: Only the one that has it.
            timeout_s: Instead of the client's.

        Raises:
            ClientError: ModelNotFound where the server has no such model, version or label.
        """
        return self._transport.run(self._core.status(Choice(version, label, timeout_s)))

    def metadata(
        self,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float | None = None,
    ) -> Metadata:
        """The signatures of the version that answers now, freshly asked for.

        Args:
            version: Instead of the client's version or label.
            label: The same.
            timeout_s: Instead of the client's.

        Raises:
            ClientError: no answer.
        """
        return self._transport.run(self._core.metadata(Choice(version, label, timeout_s)))

    def reload(self, config: object, *, timeout_s: float | None = None) -> None:
        """Gives the server another configuration, and returns when it serves by it.

        Args:
            config: The whole ModelServerConfig: in text format as in `models.config`, as bytes,
                or as a message.
            timeout_s: Instead of the client's; loading a model may take longer than answering.

        Raises:
            ClientError: it refuses, as when a label is for a version that is not available.
            ValueError: the text is no ModelServerConfig.
        """
        self._transport.run(self._core.reload(config, Choice(timeout_s=timeout_s)))

    def close(self) -> None:
        """Ends the connection, and what is under way on it."""
        self._transport.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, address: str, tls: Tls | None) -> None:
        self._transport = BlockingTransport(address, tls)
