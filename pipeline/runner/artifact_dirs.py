"""Where executions write, and the messages that tell them: TFX's layout below the pipeline root.

`<root>/<node>/<output key>/<execution id>` for outputs, `<root>/<node>/.system/` for what is not
one. An execution never writes where an earlier one wrote, so a half-written output has no name
under which anything would look for it.
"""

import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.proto.orchestration import execution_invocation_pb2, pipeline_pb2

from pipeline.runner.lineage import Artifacts
from pipeline.runner.nodes import Node

_EVIDENCE = frozenset({"DataVerdict", "QuarantinedRows"})


@dataclass(frozen=True)
class ExecutionDirs:
    """The folders of one execution of one node.

    Attributes:
        root: The pipeline root.
        node: The node.
        execution_id: The execution's id in the metadata store.
        key: The node's cache key: two attempts at the same work share the state folder, so that
            the second can go on from the first one's checkpoints.
    """

    root: Path
    node: Node
    execution_id: int
    key: str = ""

    @property
    def _system(self) -> Path:
        return self.root / self.node.id / ".system"

    @property
    def temporary(self) -> Path:
        """For the length of the execution only."""
        return self._system / "executions" / str(self.execution_id)

    @property
    def state(self) -> Path:
        """Kept when the execution fails."""
        return self._system / "state" / self.key[:16]

    def output(self, output_key: str) -> Path:
        """Where the execution writes one of its outputs."""
        return self.root / self.node.id / output_key / str(self.execution_id)

    def make(self) -> None:
        """Creates the folders, empty."""
        self.discard()
        scratch = (self.temporary / "tmp", self.state)
        for place in (*scratch, *map(self.output, self.node.outputs)):
            place.mkdir(parents=True, exist_ok=True)

    def keep_evidence(self, folder: Path) -> None:
        """Copies what a node that refused has to say of the rows; nothing else of it is kept."""
        for key, artifact_type in self.node.outputs.items():
            if artifact_type.name in _EVIDENCE and any(self.output(key).iterdir()):
                shutil.copytree(self.output(key), folder / key, dirs_exist_ok=True)

    def discard(self) -> None:
        """Removes whatever a failed or killed execution has left, but not its checkpoints."""
        for place in (self.temporary, *map(self.output, self.node.outputs)):
            shutil.rmtree(place, ignore_errors=True)

    def keep_outputs_only(self) -> None:
        """Removes what only the execution itself needed."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)

    def invocation(
        self,
        run_id: str,
        info: pipeline_pb2.PipelineInfo,
        inputs: Artifacts,
        input_types: dict[str, pb.ArtifactType],
    ) -> execution_invocation_pb2.ExecutionInvocation:
        """Returns the message that a TFX executor is started with."""
        message = execution_invocation_pb2.ExecutionInvocation(
            execution_id=self.execution_id,
            pipeline_run_id=run_id,
            pipeline_info=info,
            pipeline_node=self.node.spec,
            output_metadata_uri=str(self.temporary / "executor_output.pb"),
            stateful_working_dir=str(self.state),
            tmp_dir=str(self.temporary / "tmp"),
        )
        for name, value in self.node.spec.parameters.parameters.items():
            message.execution_properties_with_schema[name].CopyFrom(value)
        for key, artifacts in inputs.items():
            for artifact in artifacts:
                element = message.input_dict[key].elements.add().artifact
                element.artifact.CopyFrom(artifact)
                element.type.CopyFrom(input_types[key])
        for key, artifact_type in self.node.outputs.items():
            element = message.output_dict[key].elements.add().artifact
            element.artifact.uri = str(self.output(key))
            element.artifact.custom_properties[
                "name"
            ].string_value = f"{run_id}:{self.node.id}:{key}:0"
            element.artifact.custom_properties["producer_component"].string_value = self.node.id
            # By this TFX's components know how the folders of splits are named.
            element.artifact.custom_properties["tfx_version"].string_value = metadata.version("tfx")
            element.type.CopyFrom(artifact_type)
        return message
