import json

import pytest

from tests.kubeflow.linting.specs import (
    broken,
    constant,
    executor,
    findings,
    found,
    pipeline,
    platform,
    task,
)

RUN_FN = (*task("Trainer"), "inputs", "parameters", "run_fn")
INPUT = (*task("ExampleGen"), "inputs", "parameters", "input")
PLACE = "$.root.dag.tasks.ExampleGen.inputs.parameters.input.runtimeValue.constant"


def with_input(value):
    return broken(*INPUT, to=constant(value))


@pytest.mark.parametrize(
    "value",
    [
        "/home/me/data",
        "~/taxi/data",
        "/tmp/taxi/data.csv",
        "file:///data/trips",
        "module@/work/wheels/code.whl",
        "--data=/data/trips",
        json.dumps({"filesystem": {"base_directory": "/srv/models"}}),
        json.dumps(json.dumps(["/srv/models"])),
    ],
)
def test_a_path_of_one_machine_in_a_parameter_is_refused(value):
    assert found(with_input(value)) == [("local-path", PLACE)]


@pytest.mark.parametrize(
    "value",
    [
        "gs://bucket/trips",
        "minio://mlpipeline/a/b:c",
        "s3://bucket/year=2020/x",
        "http://minio-service.kubeflow:9000",
        "/app/schema/taxi/schema.pbtxt",
        "/app",
        "/minio/mlpipeline/x",
        "/tmp/kfp/outputs/rows",
        "data/taxi",
        "trips/hour",
        "a / b",
        "/",
        "^/\\w+$",
        "*/5 * * * *",
    ],
)
def test_what_a_step_has_or_what_is_no_path_is_fine(value):
    assert found(with_input(value)) == []


def test_a_path_on_a_volume_is_fine_where_the_volume_is_mounted():
    spec = broken(*RUN_FN, to=constant("/models/taxi"))

    assert ("local-path", "$.root.dag.tasks.Trainer.inputs.parameters.run_fn"
            ".runtimeValue.constant") in found(spec)  # fmt: skip
    assert "local-path" not in dict(found(spec, platform()))
    assert dict(found(with_input("/models/taxi"), platform())) == {"local-path": PLACE}


def test_a_folder_that_begins_like_a_volume_is_another_one():
    spec = broken(*RUN_FN, to=constant("/models2/taxi"))

    (finding,) = [one for one in findings(spec, platform()) if one.rule == "local-path"]

    assert "it sees /app, /models and" in finding.message


def test_a_path_as_the_default_of_an_input_of_the_pipeline_is_refused():
    default = ("root", "inputDefinitions", "parameters", "span", "defaultValue")
    place = f"$.{'.'.join(default)}"

    assert found(broken(*default, to="/data/spans")) == [("local-path", place)]
    assert found(broken(*default, to="/models/spans"), platform()) == []


@pytest.mark.parametrize("word", ["--beam_temp=/home/me/tmp", '{"data": ["/home/me"]}'])
def test_a_path_of_one_machine_in_a_command_is_refused(word):
    spec = pipeline()
    spec["deploymentSpec"]["executors"]["exec-Trainer"]["container"]["args"].append(word)

    assert found(spec) == [
        ("command-path", "$.deploymentSpec.executors['exec-Trainer'].container.args[4]")
    ]


@pytest.mark.parametrize(
    "word",
    [
        "/usr/bin/python3",
        "/bin/sh",
        "--temp_location=/tmp/beam",
        "ls /home/me > /data/x",
        "/dev/null",
    ],
)
def test_a_command_may_name_programs_scratch_folders_and_be_a_script(word):
    spec = pipeline()
    spec["deploymentSpec"]["executors"]["exec-Trainer"]["container"]["args"].append(word)

    assert found(spec) == []


def test_a_path_of_one_machine_in_the_environment_is_refused():
    spec = broken(*executor("Trainer"), "env", to=[{"name": "KEY", "value": "/root/key.json"}])

    assert found(spec) == [
        ("command-path", "$.deploymentSpec.executors['exec-Trainer'].container.env[0].value")
    ]


def test_an_importer_takes_no_local_path():
    importer = {"artifactUri": {"constant": "/data/examples"}}
    spec = broken("deploymentSpec", "executors", "exec-Trainer", to={"importer": importer})

    assert found(spec) == [
        (
            "local-path",
            "$.deploymentSpec.executors['exec-Trainer'].importer.artifactUri.constant",
        )
    ]
