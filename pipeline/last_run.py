"""What the last run left: what its nodes made, and what they said who refused."""

from pathlib import Path
from urllib.parse import urlparse

from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.runner.store import Artifacts, RunRecord, Store


class LastRun:
    """The results of a pipeline's newest run, and of no other."""

    def __init__(self, config: Config, again: str) -> None:
        """Opens the metadata store.

        Args:
            config: Of the pipeline.
            again: The command that runs it, for those who have to.

        Raises:
            UserError: there has been no run.
        """
        path = config.where.metadata_path
        # To open a store that is not there would create it.
        runs = Store(path, config.what.name).runs() if path.exists() else []
        if not runs:
            raise UserError(f"no runs yet; start one with `{again}`")
        self._store = Store(path, config.what.name)
        self._again = again
        self._logs = config.where.logs_dir
        self.record: RunRecord = runs[0]

    def artifact(self, node_id: str, key: str) -> pb.Artifact:
        """Returns what a node made.

        Raises:
            UserError: the node has not ended well in this run.
        """
        outputs = self._outputs(node_id)
        if not outputs.get(key):
            why = f": {self.record.detail}" if self.record.detail else ""
            mended = "mend that, then " if why else ""
            raise UserError(
                f"the last run, {self.record.run_id}, has no result of {node_id} "
                f"({self.record.outcome}{why}); {mended}`{self._again} --until {node_id}` makes one"
            )
        return outputs[key][0]

    def has(self, node_id: str) -> bool:
        """Whether a node ended well in this run, or was taken from the cache."""
        return bool(self._outputs(node_id))

    def folder(self, node_id: str, key: str) -> Path:
        """Returns the folder of what a node made.

        Raises:
            UserError: the node has not ended well in this run.
        """
        return Path(urlparse(self.artifact(node_id, key).uri).path)

    def file(self, node_id: str, key: str, name: str) -> Path | None:
        """Returns a file of what a node made, or kept as evidence when it refused the rows."""
        refused = self._logs / self.record.run_id / node_id / key
        path = (self.folder(node_id, key) if self.has(node_id) else refused) / name
        return path if path.is_file() else None

    def _outputs(self, node_id: str) -> Artifacts:
        return self._store.made_in(self.record.run_id, node_id) or {}
