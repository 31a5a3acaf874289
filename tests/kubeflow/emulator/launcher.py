"""One attempt of a step: download its inputs, run it, read what it says, upload its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.buckets import Buckets, download, upload
from tests.kubeflow.emulator.inputs import with_defaults
from tests.kubeflow.emulator.job import Values
from tests.kubeflow.emulator.outputs import in_pod
from tests.kubeflow.emulator.placeholders import expand, fill
from tests.kubeflow.emulator.pod import Pod
from tests.kubeflow.emulator.records import CannotRecord, Outputs, Records
from tests.kubeflow.emulator.values import as_json, from_text


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended: with outputs, or with a cause."""

    outputs: Outputs | None = None
    cause: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Launcher:
    """What is the same for every step of a cluster."""

    buckets: Mapping[str, Buckets]
    records: Records

    def attempt(
        self, told: pb.ExecutorInput, component: Any, container: Any, pod: Pod, log: Path
    ) -> Attempt:
        """Runs a step once.

        Args:
            told: Its inputs and where its outputs go, as the driver says it.
            component: It defines the outputs, and defaults of inputs.
            container: Its command line.
            pod: Where it runs.
            log: What it prints.
        """
        self._download(told, pod)
        _prepare(told, pod)
        words = [expand(word, pod.variables) for word in (*container.command, *container.args)]
        try:
            code = pod.run(fill(words, _in_pod(told, component, pod), pod.paths), log)
        except OSError as error:
            # No such program, or more words than the kernel takes.
            return Attempt(cause=f"cannot start: {error}", exit_code=128)
        if code:
            return Attempt(cause=_last_line(log) or f"exit code {code}", exit_code=code)
        try:
            said = _said(pod.paths.below(told.outputs.output_file))
            parameters = _parameters(told, component, said, pod)
            return Attempt(Outputs(self._upload(told, said, pod), parameters))
        except (OSError, ValueError, CannotRecord, json_format.ParseError) as error:
            return Attempt(cause=f"launcher: {error}", exit_code=1)

    def _download(self, told: pb.ExecutorInput, pod: Pod) -> None:
        for inputs in told.inputs.artifacts.values():
            for artifact in inputs.artifacts:
                download(self._store(artifact.uri), artifact.uri, pod.paths.of(artifact))

    def _upload(
        self, told: pb.ExecutorInput, said: pb.ExecutorOutput, pod: Pod
    ) -> dict[str, pb.RuntimeArtifact]:
        made = {}
        for key, outputs in told.outputs.artifacts.items():
            artifact = pb.RuntimeArtifact()
            artifact.CopyFrom(outputs.artifacts[0])
            if said.artifacts[key].artifacts:
                _merge(said.artifacts[key].artifacts[0], artifact)
            upload(self._store(artifact.uri), pod.paths.of(artifact), artifact.uri)
            made[key] = self.records.record(key, artifact)
        return made

    def _store(self, uri: str) -> Buckets:
        return self.buckets[uri.partition("://")[0]]


def _prepare(told: pb.ExecutorInput, pod: Pod) -> None:
    """The folders round the outputs are there; the outputs themselves are the step's to make."""
    for outputs in told.outputs.artifacts.values():
        pod.paths.of(outputs.artifacts[0]).parent.mkdir(parents=True, exist_ok=True)
    for parameter in told.outputs.parameters.values():
        pod.paths.below(parameter.output_file).parent.mkdir(parents=True, exist_ok=True)


def _in_pod(told: pb.ExecutorInput, component: Any, pod: Pod) -> pb.ExecutorInput:
    seen = pb.ExecutorInput(
        inputs=with_defaults(told.inputs, component), outputs=in_pod(told.outputs, pod.paths)
    )
    # It travels as a word of the launcher's own command line, which the kubelet expands too.
    return json_format.Parse(expand(as_json(seen), pod.variables), pb.ExecutorInput())


def _said(file: Path) -> pb.ExecutorOutput:
    if not file.exists():
        return pb.ExecutorOutput()
    return json_format.Parse(file.read_text(encoding="utf-8"), pb.ExecutorOutput())


def _parameters(told: pb.ExecutorInput, component: Any, said: Any, pod: Pod) -> Values:
    """Output parameters: what the executor output says, else what the file of each holds."""
    values = dict(said.parameter_values)
    for key, parameter in told.outputs.parameters.items():
        if key not in values:
            text = pod.paths.below(parameter.output_file).read_text(encoding="utf-8")
            wanted = component.output_definitions.parameters[key].parameter_type
            values[key] = from_text(text, wanted)
    return values


def _merge(said: pb.RuntimeArtifact, artifact: pb.RuntimeArtifact) -> None:
    """A step may say another URI or path, and adds to the metadata."""
    artifact.uri = said.uri or artifact.uri
    if said.custom_path:
        artifact.custom_path = said.custom_path
    for name, value in said.metadata.fields.items():
        artifact.metadata.fields[name].CopyFrom(value)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
