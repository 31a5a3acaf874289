"""The table of all rules. Those of the first part look at the documents as they are written."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from linting import (
    caching,
    documents,
    executors,
    flow,
    modules,
    names,
    parameters,
    paths,
    placeholders,
    quantities,
    references,
    sizes,
    volumes,
)
from linting.documents import Documents
from linting.finding import Fault
from linting.spec import Spec

Subject = TypeVar("Subject")


@dataclasses.dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A name, and the function that finds what is against the rule."""

    name: str
    faults: Callable[[Subject], Iterator[Fault]]


DOCUMENT_RULES: tuple[Rule[Documents], ...] = (
    Rule("job", documents.job),
    Rule("schema-version", documents.schema_version),
    Rule("unknown-field", documents.unknown_field),
    Rule("value-type", documents.value_type),
)

RULES: tuple[Rule[Spec], ...] = (
    Rule("resolver", executors.resolver),
    Rule("executor-kind", executors.executor_kind),
    Rule("command", executors.command),
    Rule("image", executors.image),
    Rule("lifecycle", executors.lifecycle),
    Rule("twins", executors.twins),
    Rule("pipeline-name", names.pipeline_name),
    Rule("task-name", names.task_name),
    Rule("component-name", names.component_name),
    Rule("component-reference", references.component_reference),
    Rule("task-reference", references.task_reference),
    Rule("input-reference", references.input_reference),
    Rule("required-input", references.required_input),
    Rule("cycle", references.cycle),
    Rule("condition", flow.condition),
    Rule("iterator", flow.iterator),
    Rule("graph", flow.graph),
    Rule("parameter-type", parameters.parameter_type),
    Rule("parameter-default", parameters.parameter_default),
    Rule("constant", parameters.constant),
    Rule("connection", parameters.connection),
    Rule("command-placeholder", placeholders.command_placeholder),
    Rule("field-placeholder", placeholders.field_placeholder),
    Rule("constant-placeholder", placeholders.constant_placeholder),
    Rule("argo-tag", placeholders.argo_tag),
    Rule("local-path", paths.local_path),
    Rule("command-path", paths.command_path),
    Rule("executor-module", modules.executor_module),
    Rule("user-module", modules.user_module),
    Rule("cached", caching.cached),
    Rule("platform-executor", volumes.platform_executor),
    Rule("mount", volumes.mount),
    Rule("quantity", quantities.quantity),
    Rule("argument-size", sizes.argument_size),
    Rule("pod-size", sizes.pod_size),
    Rule("workflow-size", sizes.workflow_size),
)
