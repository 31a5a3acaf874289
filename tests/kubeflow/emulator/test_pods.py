"""A step has what was declared, and nothing else."""

import os
import sys

import pytest
from kfp import kubernetes

from tests.kubeflow.emulator import Image
from tests.kubeflow.emulator.small import Read, Tell, Write, compiled, one_step, written
from tests.kubeflow.emulator.taxi import PROJECT


def test_an_artifact_that_was_not_declared_is_not_there(cluster, tmp_path):
    find = "find $TFXP_ARTIFACTS_ROOT -type f -name text > $1"

    def pipeline():
        first = Write(text="first")
        second = Write(text="second")
        Read(taken=second.outputs["made"], script=find).after(first)

    run = cluster.run(compiled(pipeline, tmp_path))

    found = written(cluster, run.tasks["read"]).splitlines()
    assert len(found) == 1
    assert "/write-2/" in found[0]


def test_every_pod_is_new(cluster, tmp_path):
    leave = "touch left $HOME/left $TMPDIR/left; (find . $HOME $TMPDIR; pwd) > $1"

    def pipeline():
        first = Tell(script=leave)
        Tell(script=leave).after(first).set_caching_options(False)

    run = cluster.run(compiled(pipeline, tmp_path))

    assert not run.failure
    texts = [written(cluster, task) for task in run.tasks.values()]
    assert all(text.count("left") == 3 for text in texts)
    homes = [text.splitlines()[-1] for text in texts]
    assert len({*homes, os.environ.get("HOME")}) == 3
    assert not any(os.path.exists(home) for home in homes)


def test_a_step_sees_nothing_of_this_machines_environment(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "abc")

    run = cluster.run(one_step("env > $1", tmp_path))

    names = {line.partition("=")[0] for line in written(cluster, run.tasks["tell"]).splitlines()}
    of_the_shell = {"PWD", "SHLVL", "_", "OLDPWD"}
    assert names - of_the_shell == {"PATH", "LANG", "HOME", "TMPDIR", "TFXP_ARTIFACTS_ROOT"}


def test_a_step_has_the_variables_and_secrets_that_the_spec_gives_it(cluster, tmp_path):
    def pipeline():
        told = Tell(script='echo "$PLAIN $AWS_ACCESS_KEY_ID" > $1')
        told.set_env_variable("PLAIN", "text")
        kubernetes.use_secret_as_env(told, "keys", {"accesskey": "AWS_ACCESS_KEY_ID"})

    run = cluster.run(compiled(pipeline, tmp_path))

    assert written(cluster, run.tasks["tell"]) == "text abc\n"


def test_a_volume_is_at_its_mount_while_a_step_that_mounts_it_runs(cluster, tmp_path):
    mount = tmp_path / "mounts" / "models"

    def pipeline():
        first = Tell(script=f"echo kept > {mount}/file; touch $1")
        kubernetes.mount_pvc(first, pvc_name="claim", mount_path=str(mount))
        without = Tell(script=f"[ ! -e {mount} ]; touch $1").after(first)
        second = Tell(script=f"cp {mount}/file $1").after(without)
        kubernetes.mount_pvc(second, pvc_name="claim", mount_path=str(mount))

    run = cluster.run(compiled(pipeline, tmp_path))

    assert not run.failure
    assert written(cluster, run.tasks["tell-3"]) == "kept\n"
    assert (cluster.claims["claim"] / "file").exists()


@pytest.mark.parametrize("what", ["volume", "secret"])
def test_a_step_does_not_start_without_its_volumes_and_secrets(cluster, tmp_path, what):
    def pipeline():
        told = Tell(script="touch $1")
        if what == "volume":
            kubernetes.mount_pvc(told, pvc_name="nobody", mount_path=str(tmp_path / "mount"))
        else:
            kubernetes.use_secret_as_env(told, "nobody", {"a": "B"})

    failure = cluster.run(compiled(pipeline, tmp_path)).failure

    assert "cannot start" in failure
    assert "nobody" in failure
    assert "not found" in failure


def test_app_and_python_are_those_of_the_image(cluster, tmp_path):
    (cluster.image.app / "step.py").write_text(
        "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.prefix)", encoding="utf-8"
    )
    job = one_step("", tmp_path)
    container = job.container(job.spec.root.dag.tasks["tell"])
    container.command[:] = ["python", "/app/step.py"]
    container.args[:] = ["{{$.outputs.artifacts['told'].path}}"]

    run = cluster.run(job)

    assert not run.failure
    assert written(cluster, run.tasks["tell"]) == sys.prefix


def test_the_image_holds_what_the_builder_is_sent(tmp_path):
    checkout = tmp_path / "checkout"
    for name in (
        "components/step.py",
        "components/__pycache__/step.pyc",
        "var/metadata.sqlite",
        "trips.csv",
    ):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).touch()
    (checkout / ".dockerignore").write_text("*\n!components\n**/__pycache__\n", encoding="utf-8")

    image = Image.of(checkout, tmp_path / "app")

    held = [str(file.relative_to(image.app)) for file in image.app.rglob("*") if file.is_file()]
    assert held == ["components/step.py"]


def test_a_step_imports_the_images_sources_and_not_the_checkouts(cluster, tmp_path):
    image = Image.of(PROJECT, tmp_path / "image")
    cluster.image = image
    ask = "import components, pipeline, tfxp_client as t; print(components.__file__, t.__file__)"

    run = cluster.run(one_step(f"python -c '{ask}' > $1", tmp_path))

    assert not run.failure
    assert written(cluster, run.tasks["tell"]).split() == [
        str(image.app / "components" / "__init__.py"),
        str(image.app / "client" / "tfxp_client" / "__init__.py"),
    ]


def test_a_command_that_is_not_there_or_too_long_is_the_cause(cluster, tmp_path):
    job = one_step("x" * 140_000, tmp_path)

    assert "Argument list too long" in cluster.run(job).failure

    job = one_step("", tmp_path)
    job.container(job.spec.root.dag.tasks["tell"]).command[:] = ["nobody-has-this"]

    assert "No such file" in cluster.run(job).failure
