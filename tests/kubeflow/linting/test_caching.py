import pytest

from pipeline.runner.outside import LOOKING_NODES
from tests.kubeflow.linting.specs import broken, container, executor, found, task

CACHED = {"enableCache": True}


@pytest.mark.parametrize("name", sorted(LOOKING_NODES))
def test_a_node_that_looks_outside_is_not_cached(name):
    spec = broken(*executor("Trainer"), to=container(name, "components.b.Executor"))

    assert found(spec) == [("cached", "$.root.dag.tasks.Trainer.cachingOptions.enableCache")]


@pytest.mark.parametrize(
    ("path", "is_named"),
    [
        ("tfx.components.example_gen.csv_example_gen.executor.Executor", True),
        ("tfx.components.pusher.executor.Executor", True),
        ("tfx.components.schema_gen.import_schema_gen.executor.Executor", True),
        ("tfx.components.trainer.executor.GenericExecutor", False),
    ],
)
def test_of_tfxs_own_executors_those_that_read_files_or_push_are_not_cached(path, is_named):
    spec = broken(*executor("ExampleGen"), "args", to=["--executor_class_path", path])
    spec["root"]["dag"]["tasks"]["ExampleGen"]["cachingOptions"] = CACHED

    assert ("cached" in dict(found(spec))) is is_named


def test_a_node_that_looks_outside_and_is_not_cached_is_fine():
    assert found(broken(*task("ExampleGen"), "cachingOptions", to=...)) == []
