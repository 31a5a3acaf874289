"""The configuration of models: TF Serving's ModelServerConfig, checked as it checks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import message, text_format

from serving.models.folder import All, Latest, Policy, Specific
from serving.servable import ServingError
from tfxp_client import wire

_PLATFORM = "tensorflow"


@dataclass(frozen=True)
class ModelConfig:
    """One model.

    Attributes:
        base_path: Folder with its versions.
        policy: Which of them are served.
        labels: Label to version.
    """

    name: str
    base_path: Path
    policy: Policy = field(default_factory=Latest)
    labels: Mapping[str, int] = field(default_factory=dict)


Configs = Mapping[str, ModelConfig]
"""By name."""


def read_config(path: Path) -> Configs:
    """Reads a model_config_file: a ModelServerConfig in text format.

    Raises:
        ServingError: INVALID_ARGUMENT, with the file and what is wrong in it.
    """
    try:
        # What only TF Serving knows, such as logging_config, is no reason to refuse the file.
        parsed = text_format.Parse(
            path.read_text(encoding="utf-8"), wire.ModelServerConfig(), allow_unknown_field=True
        )
    except (OSError, ValueError, text_format.ParseError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _invalid(f"{path}: {reason}; expected a ModelServerConfig in text format") from error
    try:
        return _configs(parsed)
    except ServingError as error:
        raise _invalid(f"{path}: {error}") from error


def parse_config(serialized: bytes) -> Configs:
    """Reads the configuration of a HandleReloadConfigRequest.

    Raises:
        ServingError: INVALID_ARGUMENT.
    """
    try:
        return _configs(wire.ModelServerConfig.FromString(serialized))
    except message.DecodeError as error:
        raise _invalid(f"not a ModelServerConfig: {error}") from error


def _configs(config: Any) -> Configs:
    if config.WhichOneof("config") != "model_config_list":
        raise _invalid("only a model_config_list is supported as the configuration")
    configs: dict[str, ModelConfig] = {}
    for entry in config.model_config_list.config:
        if not entry.name:
            raise _invalid("a model of the configuration has no name")
        if entry.name in configs:
            raise _invalid(f"model {entry.name} is listed more than once")
        configs[entry.name] = _config(entry)
    return configs


def _config(entry: Any) -> ModelConfig:
    if not Path(entry.base_path).is_absolute():
        raise _invalid(f'model {entry.name}: base_path "{entry.base_path}" is not an absolute path')
    platform = entry.model_platform or (_PLATFORM if entry.model_type == wire.TENSORFLOW else "")
    if platform != _PLATFORM:
        raise _invalid(
            f'model {entry.name}: model_platform is "{platform}"; only "{_PLATFORM}" is served'
        )
    return ModelConfig(
        entry.name,
        Path(entry.base_path),
        _policy(entry.model_version_policy),
        dict(entry.version_labels),
    )


def _policy(policy: Any) -> Policy:
    match policy.WhichOneof("policy_choice"):
        case "all":
            return All()
        case "specific":
            return Specific(frozenset(policy.specific.versions))
        case _:
            return Latest(max(policy.latest.num_versions, 1))


def _invalid(text: str) -> ServingError:
    return ServingError(grpc.StatusCode.INVALID_ARGUMENT, text)
