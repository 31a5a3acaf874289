"""The client that blocks."""

from types import TracebackType

from tfxp_client.blocking import BlockingTransport
from tfxp_client.channels import Tls
from tfxp_client.core import Core
from tfxp_client.errors import Asked
from tfxp_client.metadata import Metadata
from tfxp_client.retrying import Retry
from tfxp_client.status import VersionStatus


class Client:
    """Asks a model server; may be used from many threads at once, over one connection.

    with Client("localhost:8500", model="taxi", label="stable") as client:
        print(client.status())
    """

    def __init__(
        self,
        address: str,
        *,
        model: str,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float = 10.0,
        retry: Retry | None = None,
        tls: Tls | None = None,
    ) -> None:
        """Connects when first asked.

        Args:
            address: Host and gRPC port.
            model: Its name on the server.
            version: The one to ask; without it and a label, the newest that is available.
            label: The one to ask: `stable`, `canary`.
            timeout_s: Seconds that a call may take, with all its attempts.
            retry: How failures are tried again.
            tls: Certificates; without, nothing is encrypted.

        Raises:
            ValueError: one of them cannot be.
            OSError: a certificate cannot be read.
        """
        asked = Asked(address, model, version, label)
        self._core = Core(asked, timeout_s, retry or Retry())
        self._transport = BlockingTransport(address, tls)

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
        return self._transport.run(self._core.status(version, label, timeout_s))

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
        return self._transport.run(self._core.metadata(version, label, timeout_s))

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
        self._transport.run(self._core.reload(config, timeout_s))

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
