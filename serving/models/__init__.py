"""The models and versions of the server: which are wanted, loaded, labelled."""

from serving.models.config import ModelConfig, read_config
from serving.models.served import ServedModels

__all__ = ["ModelConfig", "ServedModels", "read_config"]
