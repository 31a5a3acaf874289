"""What the last run left, and what to do where it has not got so far."""

from pathlib import Path
from urllib.parse import urlparse

from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.config import Config
from pipeline.errors import UserError
from pipeline.past_run import PastRun


class LastRun(PastRun):
    """A pipeline's newest run, for those who cannot go on without a result of it."""

    def __init__(self, config: Config, again: str) -> None:
        """Opens the metadata store.

        Args:
            config: Of the pipeline.
            again: The command that runs it, for those who have to.

        Raises:
            UserError: there has been no run.
        """
        super().__init__(config, again)

    def artifact(self, node_id: str, key: str) -> pb.Artifact:
        """Returns what a node made.

        Raises:
            UserError: the node has not ended well in this run.
        """
        made = self.find(node_id, key)
        if made is None:
            why = f": {self.record.detail}" if self.record.detail else ""
            mended = "mend that, then " if why else ""
            raise UserError(
                f"the last run, {self.record.run_id}, has no result of {node_id} "
                f"({self.record.outcome}{why}); {mended}`{self.again} --until {node_id}` makes one"
            )
        return made

    def folder(self, node_id: str, key: str) -> Path:
        """Returns the folder of what a node made.

        Raises:
            UserError: the node has not ended well in this run.
        """
        return Path(urlparse(self.artifact(node_id, key).uri).path)
