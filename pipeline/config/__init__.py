"""The configuration: *what* is trained and *where*, read from two TOML files and checked once.

config = load("configs/taxi.toml", "configs/local.toml", ["training.steps=200"])
config.what.training.steps, config.where.serving_dir

Whatever is wrong with the files is in one `ConfigError`, a line each.
"""

from pipeline.config.judging_sections import Gate
from pipeline.config.loading import Config, load
from pipeline.config.metrics import METRICS, Metric, metrics_for
from pipeline.config.showing import show
from pipeline.config.what import What
from pipeline.config.where import Where
from pipeline.errors import ConfigError

__all__ = [
    "METRICS",
    "Config",
    "ConfigError",
    "Gate",
    "Metric",
    "What",
    "Where",
    "load",
    "metrics_for",
    "show",
]
