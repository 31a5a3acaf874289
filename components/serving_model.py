"""The SavedModel of a model artifact, by what it holds."""

from pathlib import Path

from tfx.types import standard_artifacts
from tfx.utils import path_utils

import registry


def serving_dir(model: standard_artifacts.Model) -> Path:
    """The folder with `saved_model.pb`."""
    return Path(path_utils.serving_model_path(model.uri))


def content_digest(model: standard_artifacts.Model) -> str:
    """The digest that tells this model from any other, wherever it is copied."""
    return registry.digest(serving_dir(model))
