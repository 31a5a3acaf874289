"""A compiled pipeline on the cluster: uploaded once for each content."""

from dataclasses import dataclass
from pathlib import Path

from submitting.errors import AlreadyThere, RefusedByServer
from submitting.pipeline_file import CompiledPipeline
from submitting.server import Server


@dataclass(frozen=True)
class Uploaded:
    """A version of a pipeline on the cluster.

    Attributes:
        pipeline_id: Of the pipeline.
        version_id: Of the version.
        is_new: Whether it was uploaded just now.
    """

    pipeline_id: str
    version_id: str
    is_new: bool


def upload(server: Server, pipeline: CompiledPipeline, path: Path) -> Uploaded:
    """Returns the version with this content, which is uploaded if it is not there."""
    pipeline_id = server.pipeline(pipeline.name)
    if pipeline_id is None:
        try:
            pipeline_id = server.make_pipeline(pipeline.name)
        except AlreadyThere:
            # By somebody else, in this second.
            pipeline_id = server.pipeline(pipeline.name)
            if pipeline_id is None:
                raise
    known = server.version(pipeline_id, pipeline.version)
    if known:
        return Uploaded(pipeline_id, known, is_new=False)
    try:
        version_id = server.upload(path, pipeline_id, pipeline.version)
        return Uploaded(pipeline_id, version_id, is_new=True)
    except RefusedByServer as error:
        msg = f"{error}\n`tfxp kubeflow lint` says of a compiled file what a cluster refuses"
        raise RefusedByServer(msg) from error
    except AlreadyThere:
        known = server.version(pipeline_id, pipeline.version)
        if known is None:
            raise
        return Uploaded(pipeline_id, known, is_new=False)
