"""How both clients are made."""

from collections.abc import Mapping
from pathlib import Path

from tfxp_client.calling import Patience
from tfxp_client.channels import Tls, checked_address
from tfxp_client.contract import read_contract
from tfxp_client.core import Core
from tfxp_client.errors import Asked
from tfxp_client.knowing import Known
from tfxp_client.predicting import Limits
from tfxp_client.request_ids import Log
from tfxp_client.retrying import Retry
from tfxp_client.shadowing import Shadow, ShadowCounts, Shadowing
from tfxp_client.splitting import Split, split_of


class Configured:
    """A client, but for how it waits."""

    def __init__(
        self,
        address: str,
        *,
        model: str,
        version: int | None = None,
        label: str | None = None,
        timeout_s: float = 10.0,
        schema: Path | str | None = None,
        retry: Retry | None = None,
        limits: Limits | None = None,
        tls: Tls | None = None,
        split: Split | Mapping[str, float] | None = None,
        shadow: Shadow | str | None = None,
        request_log: Log | None = None,
    ) -> None:
        """Connects when first asked.

        Args:
            address: Host and gRPC port. A name that stands for several servers has them asked in
                turn.
            model: Its name on the server.
            version: The one to ask; without it and a label, the newest that is available.
            label: The one to ask: `stable`, `canary`.
            timeout_s: Seconds that a call may take, with all its messages, attempts and pauses.
            schema: The curated `schema.pbtxt`. With it, columns may be left out that it lets be
                missing, others may be there that the model does not take, and a value that it asks
                for is asked for.
            retry: How failures are tried again.
            limits: How rows are cut into messages.
            tls: Certificates; without, nothing is encrypted.
            split: Shares for labelled versions, as `{"canary": 0.1}`, or a `Split` by a column.
            shadow: A label whose answers are reported besides and never returned, or a `Shadow`.
            request_log: Is handed each request that was answered, such as a `RequestLog`. It stays
                the caller's to close.

        Raises:
            ValueError: one of them cannot be.
            OSError: a certificate or the schema cannot be read.
        """
        shadow = Shadow(label=shadow) if isinstance(shadow, str) else shadow
        self._core = Core(
            asked=Asked(checked_address(address), model, version, label),
            timeout_s=timeout_s,
            patience=Patience.of(retry or Retry()),
            limits=limits or Limits(),
            contract=None if schema is None else read_contract(schema),
            split=split_of(split),
            shadowing=None if shadow is None else Shadowing(shadow),
            log=request_log,
            known=Known(),
        )
        self._open(address, tls)

    @property
    def shadow_counts(self) -> ShadowCounts:
        """What became of the messages for the shadow."""
        shadowing = self._core.shadowing
        return ShadowCounts() if shadowing is None else shadowing.counts

    def _open(self, address: str, tls: Tls | None) -> None:
        raise NotImplementedError
