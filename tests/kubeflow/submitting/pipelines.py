"""A compiled pipeline of three steps, written as `tfxp kubeflow compile` writes one."""

import yaml


def spec(name="taxi", schema_version="2.1.0", image="registry.example.com/tfxp:0.1.0"):
    tasks = {
        "Pusher": _task("Pusher", "Trainer"),
        "ExampleGen": _task("ExampleGen"),
        "Trainer": _task("Trainer", "ExampleGen") | {"retryPolicy": {"maxRetryCount": 2}},
    }
    container = {"image": image, "command": ["python"], "args": []}
    return {
        "pipelineInfo": {"name": name},
        "schemaVersion": schema_version,
        "sdkVersion": "tfxp-0.1.0",
        "defaultPipelineRoot": "minio://mlpipeline/tfxp",
        "deploymentSpec": {
            "executors": {f"exec-{task}": {"container": container} for task in tasks}
        },
        "components": {f"comp-{task}": {"executorLabel": f"exec-{task}"} for task in tasks},
        "root": {
            "dag": {"tasks": tasks},
            "inputDefinitions": {
                "parameters": {
                    "span": {"parameterType": "STRING", "defaultValue": "latest"},
                    "training_steps": {"parameterType": "NUMBER_INTEGER", "defaultValue": 1000},
                }
            },
        },
    }


def platform():
    executors = {
        f"exec-{task}": {"pvcMount": [{"mountPath": "/models", "constant": "tfxp-models"}]}
        for task in ("ExampleGen", "Trainer", "Pusher")
    }
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}


def write(path, *documents):
    documents = documents or (spec(), platform())
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False))
    return path


def _task(name, *upstream):
    task = {"taskInfo": {"name": name}, "componentRef": {"name": f"comp-{name}"}}
    return task | ({"dependentTasks": list(upstream)} if upstream else {})
