"""The configuration: *what* is trained and *where*, read from two TOML files and checked once.

config = load("configs/taxi.toml", "configs/local.toml", ["training.steps=200"])
config.what.training.steps, config.where.serving_dir

`load_cluster` does the same for a cluster's file; what the graph asks of either is a `Place`.
Whatever is wrong with the files is in one `ConfigError`, a line each.
"""

from pipeline.config.cluster import ClusterWhere
from pipeline.config.judging_sections import Gate
from pipeline.config.loading import ClusterConfig, Config, load, load_cluster
from pipeline.config.metrics import METRICS, Metric, metrics_for
from pipeline.config.place import Place
from pipeline.config.showing import show
from pipeline.config.what import What
from pipeline.config.where import Where
from pipeline.errors import ConfigError

__all__ = [
    "METRICS",
    "ClusterConfig",
    "ClusterWhere",
    "Config",
    "ConfigError",
    "Gate",
    "Metric",
    "Place",
    "What",
    "Where",
    "load",
    "load_cluster",
    "metrics_for",
    "show",
]
