"""Small pipelines, compiled by Kubeflow's own SDK, whose steps are lines of shell."""

from pathlib import Path

from kfp import compiler, dsl

from tests.kubeflow.emulator.job import Job, read_job


def shell(script, *words):
    """A container that runs a script, in which `$1`, `$2` ... are the words."""
    return dsl.ContainerSpec(image="small", command=["sh", "-ec", script, "sh"], args=list(words))


@dsl.container_component
def Write(text: str, made: dsl.Output[dsl.Dataset]):
    """Writes a text into a file of a folder."""
    return shell('mkdir "$1"; echo "$2" > "$1/text"', made.path, text)


@dsl.container_component
def Shout(taken: dsl.Input[dsl.Dataset], made: dsl.Output[dsl.Dataset]):
    """Turns the text into capitals."""
    return shell('mkdir "$1"; tr a-z A-Z < "$2/text" > "$1/text"', made.path, taken.path)


@dsl.container_component
def Tell(told: dsl.Output[dsl.Artifact], script: str):
    """Writes one file, by any line of shell."""
    return shell('eval "$2"', told.path, script)


@dsl.container_component
def Read(taken: dsl.Input[dsl.Artifact], told: dsl.Output[dsl.Artifact], script: str):
    """Writes one file, by any line of shell, which is given an artifact too."""
    return shell('eval "$2"', told.path, script, taken.path, "{{$}}")


@dsl.container_component
def Tally(text: str, length: dsl.OutputPath(int)):
    """Says how long a text is."""
    return shell('printf %s "$2" | wc -c > "$1"', length, text)


@dsl.container_component
def Repeat(times: int, told: dsl.Output[dsl.Artifact], mark: str = "x"):
    """Writes a mark as often as asked."""
    return shell('for i in $(seq "$2"); do printf %s "$3"; done > "$1"', told.path, times, mark)


def compiled(pipeline, folder: Path, name: str = "small") -> Job:
    """A function that wires components, as a job."""
    file = folder / f"{name}.yaml"
    compiler.Compiler().compile(dsl.pipeline(pipeline, name=name), str(file))
    return read_job(file)


def one_step(script: str, folder: Path) -> Job:
    """A job of a single step."""

    def pipeline():
        Tell(script=script)

    return compiled(pipeline, folder)


def in_bucket(cluster, task, key: str = "told") -> Path:
    """Where an output of a task is in the folder that stands for the buckets."""
    uri = task.told.outputs.artifacts[key].artifacts[0].uri
    return cluster.buckets["minio"].path / uri.partition("://")[2]


def written(cluster, task) -> str:
    """The one file that a task left."""
    return in_bucket(cluster, task).read_text(encoding="utf-8")
