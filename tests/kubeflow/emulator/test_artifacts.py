"""What a step leaves, and what the next one finds of it."""

import json

import pytest
from google.protobuf import json_format
from kfp import dsl

from tests.kubeflow.emulator import Folder
from tests.kubeflow.emulator.small import Read, Shout, Tell, Write, compiled, in_bucket, written


def told_to_next(cluster, tmp_path, script, read):
    """What the second of two steps writes; the first one runs any script."""

    def pipeline():
        Read(taken=Tell(script=script).outputs["told"], script=read)

    run = cluster.run(compiled(pipeline, tmp_path))
    assert not run.failure
    return written(cluster, run.tasks["read"])


@pytest.mark.parametrize("root", ["minio://bucket/some/where", "s3://bucket", "gs://bucket/x/"])
def test_an_artifact_goes_through_a_bucket_to_the_next_step(cluster, tmp_path, root):
    def pipeline(text: str):
        Shout(taken=Write(text=text).outputs["made"])

    run = cluster.run(compiled(pipeline, tmp_path), {"text": "hello"}, root=root)

    outputs = run.tasks["shout"].told.outputs
    uri = outputs.artifacts["made"].artifacts[0].uri
    start, execution, key = uri.rsplit("/", 2)
    assert start == f"{root.rstrip('/')}/small/{run.run_id}/shout"
    assert key == "made"
    folder = {"minio": "minio", "s3": "s3", "gs": "gcs"}[uri.partition("://")[0]]
    assert outputs.output_file == (
        f"/{folder}/{uri.partition('://')[2].removesuffix('/made')}/output_metadata.json"
    )
    made = in_bucket(cluster, run.tasks["shout"], "made")
    assert (made / "text").read_text(encoding="utf-8") == "HELLO\n"


def test_a_bucket_knows_no_empty_folder(cluster, tmp_path):
    script = "mkdir -p $1/empty $1/full; touch $1/full/file"

    assert told_to_next(cluster, tmp_path, script, "ls $3 > $1") == "full\n"


def test_a_step_may_leave_nothing_and_the_next_one_finds_nothing(cluster, tmp_path):
    look = "if [ -e $3 ]; then echo there; else echo nothing; fi > $1"

    assert told_to_next(cluster, tmp_path, "true", look) == "nothing\n"


def test_what_begins_with_the_same_letters_is_not_the_same_artifact(tmp_path):
    store = Folder(tmp_path)
    for name in ("bucket/model/a", "bucket/model-2/a"):
        store.put(written_here(tmp_path), name)

    assert store.names("bucket/model") == ["bucket/model/a"]


def written_here(folder):
    (folder / "file").write_text("x", encoding="utf-8")
    return folder / "file"


def test_a_link_to_a_folder_cannot_be_uploaded(cluster, tmp_path):
    def pipeline():
        Tell(script="mkdir $1; ln -s / $1/link")

    assert "Is a directory" in cluster.run(compiled(pipeline, tmp_path)).failure


SAID = {
    "count": 3,
    "share": 0.25,
    "sure": True,
    "text": "3",
    "many": [1, 2],
    "named": {"a": 1},
}
READ = {
    "count": 3,
    "share": 0.25,
    "sure": 1,
    "text": "3",
    "many": {"list": [1, 2]},
    "named": {"struct": {"a": 1}},
}


def test_metadata_reach_the_next_step_as_the_metadata_store_keeps_them(cluster, tmp_path):
    said = json.dumps({"artifacts": {"told": {"artifacts": [{"metadata": SAID}]}}})

    def pipeline():
        first = Tell(script=f"echo '{said}' > $(dirname $1)/output_metadata.json")
        Read(taken=first.outputs["told"], script='echo "$4" > $1')

    run = cluster.run(compiled(pipeline, tmp_path))

    assert not run.failure
    (artifact,) = json.loads(written(cluster, run.tasks["read"]))["inputs"]["artifacts"]["taken"][
        "artifacts"
    ]
    read = artifact["metadata"]
    # As texts, since to Python the number 1 is equal to a truth value.
    assert json.dumps({name: read[name] for name in SAID}) == json.dumps(READ)
    assert read["display_name"] == "told"
    # The name of the type is not kept.
    assert artifact["type"] == {"instanceSchema": ""}
    assert run.tasks["tell"].metadata("told") == read


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"artifacts": {"told": {"artifacts": [{"metadata": {"a": None}}]}}}, "null_value"),
        ({"artefacts": {}}, "artefacts"),
        ("}", "launcher"),
    ],
)
def test_an_executor_output_that_kfp_cannot_take_fails_the_step(cluster, tmp_path, said, words):
    text = said if isinstance(said, str) else json.dumps(said)

    def pipeline():
        Tell(script=f"echo '{text}' > $(dirname $1)/output_metadata.json")

    assert words in cluster.run(compiled(pipeline, tmp_path)).failure


def test_the_executor_output_goes_before_the_files_of_parameters(cluster, tmp_path):
    @dsl.container_component
    def Say(length: dsl.OutputPath(int), told: dsl.Output[dsl.Artifact]):
        script = 'echo 1 > "$1"; echo "{\\"parameterValues\\": {\\"length\\": 2}}" > "$2"'
        return dsl.ContainerSpec(
            image="small",
            command=["sh", "-ec", script, "sh"],
            args=[length, "{{$.outputs.artifacts['told'].path}}/../output_metadata.json"],
        )

    def pipeline():
        Say()

    job = compiled(pipeline, tmp_path)
    # The folder of the artifact must be there for the path above to be one.
    job.container(job.spec.root.dag.tasks["say"]).command[2] = (
        'mkdir "${2%/../*}"; ' + job.container(job.spec.root.dag.tasks["say"]).command[2]
    )
    run = cluster.run(job)

    assert not run.failure
    assert json_format.MessageToDict(run.tasks["say"].outputs.parameters["length"]) == 2.0
