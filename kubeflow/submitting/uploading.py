"""A compiled pipeline on the cluster: uploaded once for each content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kfp_server_api

from submitting.errors import AlreadyThere, RefusedByServer
from submitting.parameters import parameter_values
from submitting.pipeline_file import CompiledPipeline, read_pipeline
from submitting.requesting import Chosen
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


@dataclass(frozen=True)
class Ready:
    """What a run, or a recurring one, is started with.

    Attributes:
        pipeline: As it was compiled.
        uploaded: The version of it on the cluster.
        parameters: What differs from the pipeline's defaults.
    """

    pipeline: CompiledPipeline
    uploaded: Uploaded
    parameters: Mapping[str, Any]

    @property
    def reference(self) -> kfp_server_api.V2beta1PipelineVersionReference:
        """The version, as it is sent."""
        return kfp_server_api.V2beta1PipelineVersionReference(
            pipeline_id=self.uploaded.pipeline_id, pipeline_version_id=self.uploaded.version_id
        )

    @property
    def runtime_config(self) -> kfp_server_api.V2beta1RuntimeConfig:
        """The inputs and the root, as they are sent."""
        # The root that stands in the spec is read by nobody on the cluster.
        return kfp_server_api.V2beta1RuntimeConfig(
            parameters=dict(self.parameters), pipeline_root=self.pipeline.root
        )


def make_ready(server: Server, chosen: Chosen, parameters: Sequence[str]) -> Ready:
    """Compiles what was chosen, if need be, and uploads it.

    Args:
        server: The cluster.
        chosen: What.
        parameters: The texts of `--param`.

    Raises:
        ConfigError: the file or a parameter is wrong.
        ClusterError: the cluster refuses it, or does not answer.
    """
    with chosen.compiled() as path:
        pipeline = read_pipeline(path)
        values = parameter_values(pipeline, parameters)
        return Ready(pipeline, upload(server, pipeline, path), values)


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
