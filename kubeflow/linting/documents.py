"""The documents of a compiled pipeline as they are written, and what is wrong with their form."""

import dataclasses
from collections.abc import Callable, Iterator

from kfp.kubernetes import kubernetes_executor_config_pb2 as kubernetes_pb2
from kfp.pipeline_spec import pipeline_spec_pb2 as spec_pb2

from linting.finding import Fault
from linting.messages import UnreadableValue, parsed, type_fault, unknown_fields
from linting.places import at
from linting.spec import Json, Spec

SCHEMA_VERSION = "2.1.0"

_EXECUTORS = ("platforms", "kubernetes", "deploymentSpec", "executors")


@dataclasses.dataclass(frozen=True)
class Documents:
    """A pipeline spec and a platform spec, not yet read as messages.

    Attributes:
        written: The document itself, which may be a whole job.
        platform: The platform spec; None without one.
    """

    written: Json
    platform: Json | None

    @property
    def is_job(self) -> bool:
        """Whether the pipeline spec is wrapped in a PipelineJob."""
        return "pipelineSpec" in self.written

    @property
    def place(self) -> str:
        """Where the pipeline spec begins."""
        return "$.pipelineSpec" if self.is_job else "$"

    @property
    def pipeline(self) -> Json:
        """The pipeline spec, without the job."""
        spec = self.written["pipelineSpec"] if self.is_job else self.written
        return spec if isinstance(spec, dict) else {}

    @property
    def executor_configs(self) -> Json:
        """What the platform spec says of each executor, by label."""
        found = self.platform
        for key in _EXECUTORS:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def read(self, image_holds: Callable[[str], bool]) -> Spec:
        """Reads the documents as messages; what `unknown_field` names is left out.

        Raises:
            UnreadableValue: A value is of another type than its field.
        """
        pipeline = parsed(spec_pb2.PipelineSpec(), self.pipeline)
        deployment = self.pipeline.get("deploymentSpec", {})
        configs = self.executor_configs.items()
        return Spec(
            pipeline=pipeline,
            deployment=parsed(spec_pb2.PipelineDeploymentConfig(), deployment),
            kubernetes={
                label: parsed(kubernetes_pb2.KubernetesExecutorConfig(), config)
                for label, config in configs
            },
            place=self.place,
            image_holds=image_holds,
        )


def job(documents: Documents) -> Iterator[Fault]:
    """The API server takes a pipeline spec; a job is what Vertex AI takes."""
    if documents.is_job:
        yield Fault(
            "$.pipelineSpec",
            "the pipeline spec is wrapped in a PipelineJob; the API server of KFP finds no "
            "pipeline spec in that (`unknown template format`)",
            "write the pipeline spec alone, as YAML (TFX: an output_filename that ends in .yaml); "
            "a job is for Vertex AI",
        )
        config = documents.written.get("runtimeConfig")
        root = config.get("gcsOutputDirectory") if isinstance(config, dict) else None
        if str(root).startswith("/"):
            yield Fault(
                "$.runtimeConfig.gcsOutputDirectory",
                f"{root!r} as the pipeline root: KFP keeps artifacts in minio://, s3:// or gs://",
                "name a bucket when the run is submitted, or in the where file (roots.artifacts)",
            )


def schema_version(documents: Documents) -> Iterator[Fault]:
    """The API server compares the version with a constant."""
    found = documents.pipeline.get("schemaVersion")
    if found != SCHEMA_VERSION:
        yield Fault(
            at(documents.place, "schemaVersion"),
            f"schema version {found!r}; the API server of KFP takes {SCHEMA_VERSION} only",
            f"compile for {SCHEMA_VERSION} (TFX: use_pipeline_spec_2_1=True)",
        )


def unknown_field(documents: Documents) -> Iterator[Fault]:
    """KFP refuses what no message has a field for; in executors it drops it."""
    place, pipeline = documents.place, documents.pipeline
    for where, message in unknown_fields(spec_pb2.PipelineSpec.DESCRIPTOR, pipeline, place):
        yield _unknown(where, message, "the API server does not take the file for a pipeline spec")
    yield from _unknown_in_executors(at(place, "deploymentSpec"), pipeline.get("deploymentSpec"))
    platform = spec_pb2.PlatformSpec.DESCRIPTOR
    for where, message in unknown_fields(platform, documents.platform, "$"):
        yield _unknown(where, message, "the API server passes the whole platform spec over")
    for label, config in documents.executor_configs.items():
        config_place = at("$", *_EXECUTORS, label)
        kubernetes = kubernetes_pb2.KubernetesExecutorConfig.DESCRIPTOR
        for where, message in unknown_fields(kubernetes, config, config_place):
            yield _unknown(where, message, "the pipeline is refused when it is started")


def value_type(documents: Documents) -> Iterator[Fault]:
    """A value that is of another type than its field ends the reading."""
    pipeline, place = documents.pipeline, documents.place
    messages = [
        (spec_pb2.PipelineSpec(), pipeline, place),
        (
            spec_pb2.PipelineDeploymentConfig(),
            pipeline.get("deploymentSpec", {}),
            at(place, "deploymentSpec"),
        ),
        (spec_pb2.PlatformSpec(), documents.platform or {}, "$.platforms"),
    ]
    for label, config in documents.executor_configs.items():
        message = kubernetes_pb2.KubernetesExecutorConfig()
        messages.append((message, config, at("$", *_EXECUTORS, label)))
    for message, document, where in messages:
        try:
            parsed(message, document)
        except UnreadableValue as error:
            yield type_fault(where, error)


def _unknown_in_executors(place: str, deployment: object) -> Iterator[Fault]:
    descriptor = spec_pb2.PipelineDeploymentConfig.DESCRIPTOR
    for where, message in unknown_fields(descriptor, deployment, place):
        yield _unknown(where, message, "KFP drops it, so that it has no effect")


def _unknown(place: str, message: str, consequence: str) -> Fault:
    return Fault(
        place,
        f"{message} of KFP's API does not have that: {consequence}",
        "remove it, or spell it as pipeline_spec.proto does",
    )
