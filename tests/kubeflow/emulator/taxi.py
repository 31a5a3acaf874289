"""The pipeline of `configs/taxi.toml` on a few hundred trips, on a cluster and on this machine."""

import csv
import importlib.util
import io
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.kubeflow.emulator.buckets import Buckets, download
from tests.kubeflow.emulator.cluster import Cluster, Run
from tests.kubeflow.emulator.image import Image
from tests.kubeflow.emulator.job import Job, read_job

PROJECT = Path(__file__).resolve().parents[3]
TFXP = str(Path(sys.executable).with_name("tfxp"))
TRIPS = Path(importlib.util.find_spec("tfx").origin).parent / (
    "examples/chicago_taxi_pipeline/data/simple/data.csv"
)
SETTINGS = {
    "data.input": '"trips.csv"',
    "training.steps": 150,
    # Learns something, and leaves room for a better model.
    "training.learning_rate": 0.0008,
    "evaluation.gates": '[{metric = "auc", min = 0.55, min_change = -0.02}]',
}


def trips() -> bytes:
    """Every 20th packaged trip, as a table."""
    with TRIPS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::20]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode()


@dataclass(frozen=True)
class Place:
    """A cluster as its steps see it, and what is behind it on this machine.

    Attributes:
        folder: For logs, and for what is looked at.
        where: The *where* file.
        buckets: The stores, by scheme.
        claims: The volumes.
        secrets: The secrets.
        serving: The store of the model base directory, and the directory in it.
    """

    folder: Path
    where: str
    serving: tuple[Buckets, str]
    buckets: Mapping[str, Buckets]
    claims: Mapping[str, Path] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def compiled(self) -> Job:
        """What `tfxp kubeflow compile` makes for it."""
        where, out = self.folder / "where.toml", self.folder / "pipeline.yaml"
        where.write_text(self.where, encoding="utf-8")
        tfxp("kubeflow", "compile", "--where", str(where), "--out", str(out), *_settings())
        return read_job(out)

    def new_cluster(self) -> Cluster:
        """One that remembers nothing; what there is, is in its storage."""
        app = self.folder / "app"
        image = Image(app, Image.environment_of(app)) if app.exists() else Image.of(PROJECT, app)
        return Cluster(self.folder / "logs", self.buckets, image, self.claims, self.secrets)

    def fetched(self, run: Run, task: str, key: str) -> Path:
        """An output of a task, brought from its bucket."""
        path = self.folder / "fetched" / run.run_id / task / key
        if not path.exists():
            uri = run.tasks[task].outputs.artifacts[key].uri
            download(self.buckets[uri.partition("://")[0]], uri, path)
        return path

    def pushed(self, name: str) -> bytes:
        """A file of the model base directory."""
        buckets, base = self.serving
        path = self.folder / "read"
        buckets.get(f"{base}/{name}", path)
        return path.read_bytes()

    def versions(self) -> list[str]:
        """Versions in the model base directory."""
        buckets, base = self.serving
        below = [name.removeprefix(f"{base}/taxi/") for name in buckets.names(f"{base}/taxi")]
        return sorted({n.partition("/")[0] for n in below if n.endswith("/saved_model.pb")})


@dataclass(frozen=True)
class Local:
    """A run of the same pipeline on this machine."""

    folder: Path

    def run(self) -> None:
        (self.folder / "trips.csv").write_bytes(trips())
        where = (PROJECT / "configs" / "local.toml").read_text(encoding="utf-8")
        where = where.replace('"var/', f'"{self.folder}/')
        where = where.replace('data = "."', f'data = "{self.folder}"')
        (self.folder / "where.toml").write_text(where, encoding="utf-8")
        tfxp("run", "--where", str(self.folder / "where.toml"), *_settings())

    def output(self, task: str, key: str) -> Path:
        (path,) = (self.folder / "artifacts" / task / key).iterdir()
        return path


def tfxp(*words: str) -> str:
    """Runs a command of the project, which must succeed."""
    done = subprocess.run([TFXP, *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _settings() -> list[str]:
    return [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
