"""What the last run left: the newest artifact of a node, and what a gate said that refused."""

from pathlib import Path
from urllib.parse import urlparse

from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.runner.store import Store


class LastRun:
    """The newest results of a pipeline, whatever runs they are of."""

    def __init__(self, config: Config) -> None:
        """Opens the metadata store.

        Raises:
            UserError: there has been no run.
        """
        path = config.where.metadata_path
        if not path.exists():
            raise UserError("no runs yet; start one with `tfxp run`")
        self._store = Store(path, config.what.name)
        self._logs = config.where.logs_dir

    def artifact(self, node_id: str, key: str) -> pb.Artifact:
        """Returns what a node made last.

        Raises:
            UserError: the node has never ended well.
        """
        outputs = self._store.latest(node_id)
        if not outputs or not outputs.get(key):
            raise UserError(f"{node_id} has not run yet; `tfxp run --until {node_id}` makes it")
        return outputs[key][0]

    def folder(self, node_id: str, key: str) -> Path:
        """Returns the folder of what a node made last."""
        return Path(urlparse(self.artifact(node_id, key).uri).path)

    def verdict(self) -> Path | None:
        """Returns the last verdict on the data, also of a run that it stopped; None without one."""
        for run in self._store.runs()[:1]:
            refused = self._logs / run.run_id / "DataGate" / "verdict" / "verdict.json"
            if refused.is_file():
                return refused
        try:
            path = self.folder("DataGate", "verdict") / "verdict.json"
        except UserError:
            return None
        return path if path.is_file() else None
