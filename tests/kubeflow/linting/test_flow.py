from tests.kubeflow.linting.specs import broken, found, task

TRAINER = "$.root.dag.tasks.Trainer"


def asked(name):
    return {"condition": f"inputs.parameter_values['{name}'] == 3"}


def test_a_condition_asks_inputs_of_its_task_only():
    assert found(broken(*task("Trainer"), "triggerPolicy", to=asked("steps"))) == []
    assert found(broken(*task("Trainer"), "triggerPolicy", to=asked("span"))) == [
        ("condition", f"{TRAINER}.triggerPolicy.condition")
    ]


def test_an_importer_has_no_condition():
    spec = broken(*task("Trainer"), "triggerPolicy", to=asked("steps"))
    importer = {"artifactUri": {"constant": "gs://bucket/model"}}
    spec["deploymentSpec"]["executors"]["exec-Trainer"] = {"importer": importer}

    assert found(spec) == [("condition", f"{TRAINER}.triggerPolicy.condition")]


def test_artifacts_are_not_iterated_over():
    iterator = {"items": {"inputArtifact": "examples"}, "itemInput": "example"}

    assert found(broken(*task("Trainer"), "artifactIterator", to=iterator)) == [
        ("iterator", f"{TRAINER}.artifactIterator")
    ]


def test_a_pipeline_has_a_task():
    assert ("graph", "$.root.dag") in found(broken("root", "dag", "tasks", to={}))


def test_tasks_that_run_at_the_exit_alone_are_no_pipeline():
    at_exit = {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    spec = broken(*task("Trainer"), "triggerPolicy", to=at_exit)
    assert found(spec) == []
    spec["root"]["dag"]["tasks"]["ExampleGen"]["triggerPolicy"] = at_exit

    assert found(spec) == [("graph", "$.root.dag")]
