"""The one recurring run of a pipeline: made, changed, paused, deleted."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import kfp_server_api

from submitting.server import Server
from submitting.uploading import Ready

ENABLED = "ENABLED"


@dataclass(frozen=True)
class Wanted:
    """A recurring run, as it shall be.

    Attributes:
        ready: What it runs; its name is the pipeline's.
        experiment_id: Its runs' experiment.
        cron: KFP's six fields, in UTC.
        start: No run before it.
        end: No run after it.
        catchup: Whether runs that were missed are made up for.
        max_concurrency: Runs at once.
        service_account: What its steps run as; None for the cluster's own choice.
    """

    ready: Ready
    experiment_id: str
    cron: str
    start: str | None = None
    end: str | None = None
    catchup: bool = False
    max_concurrency: int = 1
    service_account: str | None = None

    def is_like(self, found: Any) -> bool:
        """Whether a recurring run of the server's is this one."""
        trigger = found.trigger and found.trigger.cron_schedule
        reference = found.pipeline_version_reference
        config = found.runtime_config
        return bool(
            trigger
            and reference
            and trigger.cron == self.cron
            and trigger.start_time == _moment(self.start)
            and trigger.end_time == _moment(self.end)
            and reference.pipeline_version_id == self.ready.uploaded.version_id
            and str(found.experiment_id) == self.experiment_id
            and bool(found.no_catchup) is not self.catchup
            and int(found.max_concurrency) == self.max_concurrency
            and ((config and config.parameters) or {}) == self.ready.parameters
            and ((config and config.pipeline_root) or None) == self.ready.pipeline.root
            and self.service_account in (None, found.service_account)
        )

    def body(self, *, is_enabled: bool) -> kfp_server_api.V2beta1RecurringRun:
        """As it is sent."""
        return kfp_server_api.V2beta1RecurringRun(
            display_name=self.ready.pipeline.name,
            experiment_id=self.experiment_id,
            pipeline_version_reference=self.ready.reference,
            runtime_config=self.ready.runtime_config,
            service_account=self.service_account,
            max_concurrency=str(self.max_concurrency),
            no_catchup=not self.catchup,
            mode="ENABLE" if is_enabled else "DISABLE",
            trigger=kfp_server_api.V2beta1Trigger(
                cron_schedule=kfp_server_api.V2beta1CronSchedule(
                    cron=self.cron, start_time=_moment(self.start), end_time=_moment(self.end)
                )
            ),
        )


def apply(server: Server, wanted: Wanted) -> str:
    """Makes the server have exactly this recurring run; returns what that took, in a word.

    A recurring run cannot be changed, only replaced. The one before it is paused meanwhile: there
    is never a moment at which both start runs, and if the new one is refused the old one goes on.
    """
    found = server.recurring(wanted.ready.pipeline.name)
    same = next((one for one in found if wanted.is_like(one)), None)
    others = [one for one in found if one is not same]
    if same is None:
        # One that was paused stays so: whoever paused it had a reason.
        is_enabled = not found or any(is_on(one) for one in found)
        running = [one for one in others if is_on(one)]
        _switch(server, running, is_enabled=False)
        try:
            server.schedule(wanted.body(is_enabled=is_enabled))
        except BaseException:
            _switch(server, running, is_enabled=True)
            raise
    for other in others:
        server.unschedule(str(other.recurring_run_id))
    if same is not None:
        return "unchanged"
    return "changed" if found else "created"


def switch(server: Server, name: str, *, is_enabled: bool) -> int:
    """Pauses the recurring runs of a name, or lets them go on; returns how many there are."""
    found = server.recurring(name)
    _switch(server, found, is_enabled=is_enabled)
    return len(found)


def delete(server: Server, name: str) -> int:
    """Deletes the recurring runs of a name; returns how many there were."""
    found = server.recurring(name)
    for one in found:
        server.unschedule(str(one.recurring_run_id))
    return len(found)


def is_on(recurring: Any) -> bool:
    """Whether a recurring run of the server's starts runs."""
    return str(recurring.status) == ENABLED


def _switch(server: Server, recurring: Sequence[Any], *, is_enabled: bool) -> None:
    for one in recurring:
        server.enable(str(one.recurring_run_id), is_enabled=is_enabled)


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None
