"""Handing a version of the model base directory to whoever asks for a model."""

from pathlib import Path

from tfx.types import standard_artifacts
from tfx.utils import path_utils

import registry


def hand_over(
    model: standard_artifacts.Model, base: registry.Base, model_name: str, version: int
) -> None:
    """Copies the stable version into the artifact, and says which it is in its summary.

    Args:
        model: An output artifact.
        base: The model base directory.
        model_name: The model's name in it.
        version: One that is there.
    """
    target = Path(path_utils.serving_model_dir(model.uri))
    registry.copy_version(base, model_name, version, target)
    model.set_string_custom_property("summary", f"version {version} is stable")
