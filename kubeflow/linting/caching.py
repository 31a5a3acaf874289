"""Nodes that look outside the graph: cached, they would not see what has changed there."""

from collections.abc import Iterator

from linting.finding import Fault
from linting.places import at
from linting.spec import Spec, Task
from linting.steps import Step, step_of
from pipeline.runner.outside import LOOKING_NODES

# Of TFX's executors, those that read files or write a model where somebody else serves it.
_TFX = (
    "tfx.components.example_gen.",
    "tfx.components.schema_gen.import_schema_gen.",
    "tfx.components.pusher.",
    "tfx.extensions.google_cloud_big_query.example_gen.",
)


def cached(spec: Spec) -> Iterator[Fault]:
    """KFP's cache goes by parameters and input artifacts, never by what is in a folder."""
    for task in spec.tasks:
        step = _step(task)
        is_cached = task.spec.get("cachingOptions", {}).get("enableCache")
        if is_cached and step is not None and _looks_outside(step):
            yield Fault(
                at(task.place, "cachingOptions", "enableCache"),
                f"{step.node or step.executor} is cached, though it looks at what lies outside the "
                "graph; KFP's cache knows parameters and inputs only, so that new data or another "
                "stable version would not be seen",
                "switch the cache off for this task",
            )


def _step(task: Task) -> Step | None:
    return step_of(task.executor.container or {}) if task.executor else None


def _looks_outside(step: Step) -> bool:
    return step.node in LOOKING_NODES if step.node else step.executor.startswith(_TFX)
