"""What a run left: what its nodes made, what was kept of it, and what they said who refused."""

import difflib
import json
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.runner.lineage import Step
from pipeline.runner.store import RunRecord, Store

_LISTED = 10


class PastRun:
    """One run of a pipeline, and no other."""

    def __init__(self, config: Config, again: str, run_id: str | None = None) -> None:
        """Opens the metadata store.

        Args:
            config: Of the pipeline.
            again: The command that runs it, for those who have to.
            run_id: The run; None for the newest.

        Raises:
            UserError: there has been no run, or none of that name.
        """
        path = config.where.metadata_path
        # To open a store that is not there would create it.
        runs = Store(path, config.what.name).runs() if path.exists() else []
        if not runs:
            raise UserError(f"no runs yet; start one with `{again}`")
        self.record: RunRecord = runs[0] if run_id is None else _named(run_id, runs)
        self.again = again
        self._store = Store(path, config.what.name)
        self._logs = config.where.logs_dir

    @cached_property
    def steps(self) -> dict[str, Step]:
        """What became of its nodes, by node, in the order in which they began."""
        return {step.node_id: step for step in self._store.steps(self.record.run_id)}

    @property
    def nodes(self) -> list[str]:
        """The nodes that it was to finish, in the order of the flow.

        Of a run that kept no list of them, those that began.
        """
        kept = self.record.facts.get("nodes")
        return [str(name) for name in json.loads(kept)] if kept else list(self.steps)

    @property
    def configuration(self) -> dict[str, Any] | None:
        """What it was made with, as `{"what": …, "where": …}`; None if that was not kept."""
        kept = self.record.facts.get("configuration")
        return dict(json.loads(kept)) if kept else None

    def has(self, node_id: str) -> bool:
        """Whether a node ended well in this run, or was taken from the cache."""
        step = self.steps.get(node_id)
        # The record has outputs of what ended well, and of nothing else.
        return step is not None and bool(step.outputs)

    def find(self, node_id: str, key: str) -> pb.Artifact | None:
        """Returns what a node made; None if it made no such thing in this run."""
        made = self.steps[node_id].outputs.get(key) if self.has(node_id) else None
        return made[0] if made else None

    def file(self, node_id: str, key: str, name: str) -> Path | None:
        """Returns a file of what a node made, or kept as evidence when it refused the rows."""
        made = self.find(node_id, key)
        refused = self._logs / self.record.run_id / node_id / key
        path = (Path(urlparse(made.uri).path) if made else refused) / name
        return path if path.is_file() else None


def _named(run_id: str, runs: list[RunRecord]) -> RunRecord:
    by_name = {record.run_id: record for record in runs}
    if run_id in by_name:
        return by_name[run_id]
    near = difflib.get_close_matches(run_id, by_name, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    known = ", ".join(list(by_name)[:_LISTED]) + (", …" if len(runs) > _LISTED else "")
    raise UserError(f"no run {run_id!r}{meant} The known runs, newest first: {known}")
