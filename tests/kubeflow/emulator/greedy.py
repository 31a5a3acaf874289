"""Executors that read more than their node is given; a test puts this file into an image."""

from pathlib import Path

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.dsl.components.base.base_executor import BaseExecutor

import components

PROJECT = Path(components.__file__).parents[1]


class Content(BaseExecutor):
    """Reads its input, and is the only one here that may."""

    def Do(self, input_dict, output_dict, exec_properties):
        (examples,) = input_dict["examples"]
        assert list(Path(examples.uri).glob("Split-train/*"))


class OtherArtifact(BaseExecutor):
    """Reads an artifact of the same pipeline, which in the bucket is beside its own output."""

    def Do(self, input_dict, output_dict, exec_properties):
        (statistics,) = output_dict["statistics"]
        pipeline = Path(statistics.uri).parents[3]
        if not list(pipeline.glob("*/ImportSchemaGen/*/schema/schema.pbtxt")):
            raise FileNotFoundError(f"no schema below {pipeline}")


class State(BaseExecutor):
    """Reads what an earlier run on this machine has left in the project's folder."""

    def Do(self, input_dict, output_dict, exec_properties):
        (PROJECT / "var" / "last.json").read_text(encoding="utf-8")


class MetadataStore(BaseExecutor):
    """Asks the store of the local runner."""

    def Do(self, input_dict, output_dict, exec_properties):
        config = pb.ConnectionConfig()
        config.sqlite.filename_uri = str(PROJECT / "var" / "metadata.sqlite")
        config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READONLY
        metadata_store.MetadataStore(config).get_artifacts()
