"""The models and versions of the server: which are wanted, loaded, labelled."""

from serving.models.config import Configs, ModelConfig, read_config
from serving.models.polling import keep_up
from serving.models.served import ServedModels

__all__ = ["Configs", "ModelConfig", "ServedModels", "keep_up", "read_config"]
