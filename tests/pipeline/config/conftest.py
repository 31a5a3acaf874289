from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.config import ClusterConfig, Config, ConfigError, load, load_cluster

SCHEMA = """\
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "company" type: BYTES value_count { min: 1 max: 1 } }
feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "hour" type: INT presence { min_fraction: 1 } shape {} }
feature { name: "tips" type: FLOAT value_count { min: 1 max: 1 } not_in_environment: "SERVING" }
"""

# The line numbers in expected messages are those of this text.
WHAT = """\
name = "trips"
task = "binary"

[data]
input = "trips.csv"
schema = "SCHEMA"

[label]
column = "tips"
share = 0.2
of = "fare"

[training]
steps = 10

[evaluation]
slices = [["company"]]

[[evaluation.gates]]
metric = "auc"
min = 0.6
"""

WHERE = """\
[roots]
data = "."
artifacts = "var/artifacts"
serving = "/srv/models"
logs = "var/logs"

[metadata]
path = "var/metadata.sqlite"

[run]
parallel_nodes = 2
"""

CLUSTER = """\
[roots]
data = "."
artifacts = "minio://mlpipeline/tfxp"
serving = "/models"

[kubeflow]
image = "registry.example.com/tfxp:0.1.0"
retries = 2

[kubeflow.resources]
cpu = "1"
memory = "2Gi"

[kubeflow.nodes.Trainer]
cpu = "2"
memory = "4Gi"

[[kubeflow.volumes]]
claim = "tfxp-models"
mount = "/models"

[[kubeflow.secrets]]
name = "tfxp-artifact-store"
env = { accesskey = "AWS_ACCESS_KEY_ID", secretkey = "AWS_SECRET_ACCESS_KEY" }

[kubeflow.schedule]
cron = "0 0 3 * * *"
"""


@dataclass(frozen=True)
class Files:
    """A right configuration in the working directory, to be spoilt."""

    folder: Path

    @property
    def what(self) -> Path:
        return self.folder / "what.toml"

    @property
    def where(self) -> Path:
        return self.folder / "where.toml"

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster.toml"

    @property
    def schema(self) -> Path:
        return self.folder / "schema.pbtxt"

    def change(self, file: Path, old: str, new: str) -> None:
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} must stand in {file.name} once"
        file.write_text(
            text.replace(old, new.replace("SCHEMA", str(self.schema))), encoding="utf-8"
        )

    def load(self, *overrides: str) -> Config:
        return load("what.toml", "where.toml", overrides)

    def load_cluster(self, *overrides: str) -> ClusterConfig:
        # A cluster has none of this machine's absolute paths.
        schema = "data.schema=schema/taxi/schema.pbtxt"
        return load_cluster("what.toml", "cluster.toml", [schema, *overrides])

    def messages(self, *overrides: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            self.load(*overrides)
        return str(caught.value).replace(str(self.schema), "SCHEMA").splitlines()

    def cluster_messages(self, *overrides: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            self.load_cluster(*overrides)
        return str(caught.value).replace(str(self.schema), "SCHEMA").splitlines()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    files = Files(tmp_path)
    files.schema.write_text(SCHEMA, encoding="utf-8")
    files.what.write_text(WHAT.replace("SCHEMA", str(files.schema)), encoding="utf-8")
    files.where.write_text(WHERE, encoding="utf-8")
    return files
