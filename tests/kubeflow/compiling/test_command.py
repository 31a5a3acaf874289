"""`tfxp kubeflow compile`, as it is typed."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from compiling.findings import UnfitForCluster, refuse
from compiling.outfile import NotWritten, OutFile
from compiling.summary import Request, print_summary
from linting import Finding
from pipeline.errors import ConfigError

PROJECT = Path(__file__).resolve().parents[3]


def tfxp(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("tfxp")), "kubeflow", "compile", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_pipeline_is_written_with_what_was_set_and_the_next_command_is_told(tmp_path):
    file = tmp_path / "taxi.yaml"

    done = tfxp("--set", "training.steps=777", "--set", "push.model_name=lion", "--out", str(file))

    assert done.returncode == 0, done.stderr
    spec, platform = yaml.safe_load_all(file.read_text(encoding="utf-8"))
    inputs = spec["root"]["inputDefinitions"]["parameters"]
    assert inputs["training_steps"]["defaultValue"] == 777
    assert inputs["model_name"]["defaultValue"] == "lion"
    assert set(platform) == {"platforms"}
    assert done.stderr == "loading TFX …\n"
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{file}  taxi for Kubeflow Pipelines, spec 2.1.0, ")
    assert "inputs  span = newest, window = 1, training_steps = 777, model_name = lion" in lines[2]
    assert lines[-1].strip() == (
        "next  tfxp kubeflow submit --set training.steps=777 --set push.model_name=lion "
        f"--file {file}"
    )
    assert os.listdir(tmp_path) == ["taxi.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--where", "configs/local.toml"),
            "configs/local.toml: kubeflow: missing, so it is of no cluster; expected such as "
            "--where configs/kubeflow.toml. On this machine: `tfxp run --where configs/local.toml`",
        ),
        (
            ("--set", "kubeflow.target=vertex"),
            'configs/kubeflow.toml:9: roots.artifacts: found "minio://mlpipeline/tfxp"; expected a '
            'gs:// location, since kubeflow.target is "vertex"',
        ),
        (
            ("--set", "kubeflow.nodes.Trainr.cpu=2"),
            "--set kubeflow.nodes.Trainr.cpu=2: kubeflow.nodes.Trainr: no such node; did you mean "
            "'Trainer'? there are: ",
        ),
        (
            ("--set", "kubeflow.schedule.cron=every night"),
            "--set kubeflow.schedule.cron=every night: kubeflow.schedule.cron: found "
            '"every night"; expected six fields, not 2: ',
        ),
        (
            ("--set", "name=Taxi Trips"),
            '--set name=Taxi Trips: name: found "Taxi Trips"; expected small letters',
        ),
        (
            ("--set", "data.input=/home/me/trips.csv"),
            '--set data.input=/home/me/trips.csv: data.input: found "/home/me/trips.csv"; expected '
            "a place that the cluster has, too: ",
        ),
        (("--out", "pipeline.json"), "--out pipeline.json: expected a name that ends with .yaml"),
        (("--out", "pipeline"), "--out pipeline: expected a name that ends with .yaml"),
    ],
)
def test_a_mistake_is_one_message_told_before_tfx_is_loaded(arguments, message):
    done = tfxp(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "loading TFX" not in done.stderr


def test_a_local_run_refuses_the_file_of_a_cluster():
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("tfxp")),
            "run",
            "--where",
            "configs/kubeflow.toml",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == (
        "error: configs/kubeflow.toml: [kubeflow]: is of a cluster, and this command is for this "
        "machine; expected such as --where configs/local.toml. For the cluster: "
        "`tfxp kubeflow compile --where configs/kubeflow.toml`\n"
    )


def test_what_the_linter_finds_is_told_and_the_file_is_not_written(tmp_path):
    finding = Finding("paths", "$.root", "a path of this machine", "put it into the image")

    with pytest.raises(UnfitForCluster) as caught:
        refuse(tmp_path / "p.yaml", [finding])

    assert str(caught.value) == (
        f"{tmp_path}/p.yaml is not written; a cluster would refuse it, or run it otherwise than "
        "meant:\n  paths: $.root: a path of this machine → put it into the image"
    )
    assert not (tmp_path / "p.yaml").exists()


@pytest.mark.parametrize(
    ("out", "target", "form"),
    [
        (None, "kubeflow", "yaml"),
        (None, "vertex", "json"),
        ("a.yml", "kubeflow", "yaml"),
        ("a.yaml", "vertex", "yaml"),
    ],
)
def test_the_name_of_the_file_tells_its_form(out, target, form):
    assert OutFile.named(out, target).form == form


def test_vertex_reads_json_and_yaml():
    with pytest.raises(ConfigError, match=r"--out a\.txt: expected a name .* \.json or \.yaml"):
        OutFile.named("a.txt", "vertex")


def test_a_file_that_cannot_be_written_is_one_message(tmp_path):
    file = OutFile.named(f"{tmp_path}/gone/p.yaml", "kubeflow")

    with pytest.raises(NotWritten, match="cannot be written: No such file or directory"):
        file.write("a: 1\n")


def test_a_file_is_replaced_as_a_whole(tmp_path):
    file = OutFile.named(f"{tmp_path}/p.yaml", "kubeflow")
    file.path.write_text("old")

    assert file.write("a: é\n") == 6
    assert file.path.read_text(encoding="utf-8") == "a: é\n"
    assert os.listdir(tmp_path) == ["p.yaml"]


def summary(configured, compiled, name, path, *options):
    console = Console(width=200, force_terminal=False, record=True, file=io.StringIO())
    loaded = configured(name)
    print_summary(console, Path(path), 46000, loaded, compiled(name), Request(*options))
    return console.export_text().splitlines()


def test_the_summary_names_file_nodes_inputs_image_root_and_the_next_command(configured, compiled):
    lines = summary(
        configured, compiled, "taxi", "p.yaml", "configs/taxi.toml", "configs/my cluster.toml"
    )

    assert lines == [
        "p.yaml  taxi for Kubeflow Pipelines, spec 2.1.0, 45 KiB",
        "   nodes  14; 6 run each time, the others when something changed for them",
        "  inputs  span = newest, window = 1, training_steps = 20000, model_name = taxi",
        "   image  registry.example.com/tfxp:0.1.0",
        "    root  minio://mlpipeline/tfxp",
        "    lint  nothing that a cluster would refuse",
        "    next  tfxp kubeflow submit --where 'configs/my cluster.toml' --file p.yaml",
    ]


def test_the_next_command_for_vertex_is_google_s_own(configured, compiled):
    lines = summary(
        configured, compiled, "vertex", "p.json", "configs/taxi.toml", "configs/vertex.toml"
    )

    assert lines[-1] == (
        "    next  python -c 'from google.cloud import aiplatform; aiplatform.PipelineJob("
        'display_name="taxi", template_path="p.json").submit()\''
    )
