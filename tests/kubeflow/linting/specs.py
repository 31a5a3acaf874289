"""A small pipeline that a cluster runs, and what the linter says when it is broken in one way."""

import copy
import json

from linting import lint

ENTRYPOINT = "/app/kubeflow/entrypoint.py"


def node(name, executor):
    """The argument that tells our entrypoint which node it is."""
    told = {"id": name, "executor": executor, "beam": None, "inputs": {}, "outputs": {}}
    return json.dumps({**told, "parameters": {}, "runtime": {}})


def container(name, executor):
    return {
        "image": "registry.example.com/tfxp:0.1.0",
        "command": ["python", ENTRYPOINT],
        "args": ["--node", node(name, executor), "--executor_input", "{{$}}"],
        "resources": {"resourceCpuRequest": "1", "resourceMemoryRequest": "2Gi"},
    }


EXAMPLES = {"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}}
MODEL = {"artifactType": {"schemaTitle": "system.Model", "schemaVersion": "0.0.1"}}

_PIPELINE = {
    "pipelineInfo": {"name": "two-steps"},
    "schemaVersion": "2.1.0",
    "sdkVersion": "tfxp-0.1.0",
    "root": {
        "inputDefinitions": {
            "parameters": {
                "span": {"parameterType": "STRING", "defaultValue": "all"},
                "training_steps": {"parameterType": "NUMBER_INTEGER", "defaultValue": 100},
            }
        },
        "dag": {
            "tasks": {
                "ExampleGen": {
                    "taskInfo": {"name": "ExampleGen"},
                    "componentRef": {"name": "comp-ExampleGen"},
                    "cachingOptions": {"enableCache": False},
                    "inputs": {
                        "parameters": {
                            "input": {"runtimeValue": {"constant": "gs://data/trips"}},
                            "span": {"componentInputParameter": "span"},
                        }
                    },
                },
                "Trainer": {
                    "taskInfo": {"name": "Trainer"},
                    "componentRef": {"name": "comp-Trainer"},
                    "cachingOptions": {"enableCache": True},
                    "dependentTasks": ["ExampleGen"],
                    "inputs": {
                        "parameters": {
                            "run_fn": {
                                "runtimeValue": {"constant": "components.training.entry.run_fn"}
                            },
                            "steps": {"componentInputParameter": "training_steps"},
                        },
                        "artifacts": {
                            "examples": {
                                "taskOutputArtifact": {
                                    "producerTask": "ExampleGen",
                                    "outputArtifactKey": "examples",
                                }
                            }
                        },
                    },
                },
            }
        },
    },
    "components": {
        "comp-ExampleGen": {
            "executorLabel": "exec-ExampleGen",
            "inputDefinitions": {
                "parameters": {
                    "input": {"parameterType": "STRING"},
                    "span": {"parameterType": "STRING"},
                }
            },
            "outputDefinitions": {"artifacts": {"examples": EXAMPLES}},
        },
        "comp-Trainer": {
            "executorLabel": "exec-Trainer",
            "inputDefinitions": {
                "parameters": {
                    "run_fn": {"parameterType": "STRING"},
                    "steps": {"parameterType": "NUMBER_INTEGER"},
                },
                "artifacts": {"examples": EXAMPLES},
            },
            "outputDefinitions": {"artifacts": {"model": MODEL}},
        },
    },
    "deploymentSpec": {
        "executors": {
            "exec-ExampleGen": {"container": container("ExampleGen", "components.a.Executor")},
            "exec-Trainer": {"container": container("Trainer", "components.b.Executor")},
        }
    },
}
_PLATFORM = {
    "platforms": {
        "kubernetes": {
            "deploymentSpec": {
                "executors": {
                    "exec-Trainer": {
                        "pvcMount": [
                            {
                                "mountPath": "/models",
                                "pvcNameParameter": {"runtimeValue": {"constant": "tfxp-models"}},
                            }
                        ]
                    }
                }
            }
        }
    }
}


def pipeline():
    """A pipeline of two of our nodes in which there is nothing to find."""
    return copy.deepcopy(_PIPELINE)


def platform():
    """A volume at /models, for the Trainer."""
    return copy.deepcopy(_PLATFORM)


def broken(*place, to, within=pipeline):
    """The pipeline, or the platform spec, with something else at a place; `...` removes it."""
    document = within()
    where = document
    for key in place[:-1]:
        where = where.setdefault(key, {}) if isinstance(where, dict) else where[key]
    if to is ...:
        del where[place[-1]]
    else:
        where[place[-1]] = to
    return document


def task(name):
    """The keys to a task."""
    return ("root", "dag", "tasks", name)


def executor(name):
    """The keys to a container."""
    return ("deploymentSpec", "executors", f"exec-{name}", "container")


def constant(value):
    return {"runtimeValue": {"constant": value}}


def findings(pipeline_spec, platform_spec=None, image_modules=lambda _: True):
    return lint(pipeline_spec, platform_spec, image_modules=image_modules)


def found(pipeline_spec, platform_spec=None, image_modules=lambda _: True):
    """What was found, as pairs of rule and place."""
    all_findings = findings(pipeline_spec, platform_spec, image_modules)
    return [(finding.rule, finding.place) for finding in all_findings]
