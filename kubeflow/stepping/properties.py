"""Properties of TFX artifacts through KFP's metadata, exactly.

On their way from one step to the next KFP makes a double of every number, an integer of a truth
value, and puts a list or a mapping into another mapping; it forgets the artifact's name, and which
properties are the type's own. So each property stands under its own name for people to see, and one
text, under the key `tfxp`, says what they were. A text survives as it is and is not said twice.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format
from ml_metadata.proto import metadata_store_pb2 as pb

from stepping.errors import StepError
from stepping.folders import Contents

KEY = "tfxp"

_GROUPS = ("properties", "custom_properties")
# KFP gives these a meaning of its own.
_KFPS_OWN = frozenset({KEY, "display_name", "store_session_info", "_kfp_workspace"})
_LARGEST_EXACT = 2**53


def to_metadata(artifact: pb.Artifact, contents: Contents) -> dict[str, Any]:
    """Returns what KFP is told of an artifact.

    Args:
        artifact: As the executor left it.
        contents: Of its folder.
    """
    shown: dict[str, Any] = {}
    exact: dict[str, Any] = {"files": contents.files, "empty": contents.empty}
    for group in _GROUPS:
        exact[group] = {}
        for name, value in sorted(getattr(artifact, group).items()):
            plain = _plain(value)
            is_free = name not in shown and name not in _KFPS_OWN
            if is_free and _is_shown(plain):
                shown[name] = plain
            stands = is_free and isinstance(plain, str)
            exact[group][name] = None if stands else plain
    return shown | {KEY: json.dumps(exact, separators=(",", ":"))}


def from_metadata(
    what: str, metadata: Mapping[str, Any], artifact_type: pb.ArtifactType
) -> tuple[pb.Artifact, Contents | None]:
    """Returns the artifact that `metadata` describes, without its place, and what it consists of.

    Args:
        what: The artifact in words, for the message.
        metadata: As KFP hands it to the next step.
        artifact_type: Says which properties are the type's own, and of what kind, where a step
            that is none of ours made the artifact.

    Raises:
        StepError: the exact values cannot be read.
    """
    artifact = pb.Artifact(type=artifact_type.name)
    if KEY not in metadata:
        _guess(artifact, metadata, artifact_type)
        return artifact, None
    try:
        exact = json.loads(metadata[KEY])
        for group in _GROUPS:
            for name, plain in exact[group].items():
                value = metadata[name] if plain is None else plain
                _set(getattr(artifact, group)[name], value)
        return artifact, Contents(exact["files"], exact["empty"])
    except (ValueError, TypeError, KeyError, json_format.ParseError) as error:
        raise StepError(
            f"{what}: its property {KEY!r} is not what a step of this version writes: {error!r}"
        ) from error


def _plain(value: pb.Value) -> Any:
    kind = value.WhichOneof("value")
    if kind in ("int_value", "double_value", "string_value", "bool_value"):
        return getattr(value, kind)
    return json_format.MessageToDict(value)


def _is_shown(plain: Any) -> bool:
    if isinstance(plain, float):
        return math.isfinite(plain)
    if isinstance(plain, int):
        return abs(plain) <= _LARGEST_EXACT
    return isinstance(plain, str)


def _set(target: pb.Value, plain: Any) -> None:
    if isinstance(plain, bool):
        target.bool_value = plain
    elif isinstance(plain, int):
        target.int_value = plain
    elif isinstance(plain, float):
        target.double_value = plain
    elif isinstance(plain, str):
        target.string_value = plain
    else:
        json_format.ParseDict(plain, target)


def _guess(
    artifact: pb.Artifact, metadata: Mapping[str, Any], artifact_type: pb.ArtifactType
) -> None:
    for name, given in metadata.items():
        if name in _KFPS_OWN:
            continue
        is_own = name in artifact_type.properties
        target = (artifact.properties if is_own else artifact.custom_properties)[name]
        if isinstance(given, str):
            target.string_value = given
        elif isinstance(given, bool):
            target.int_value = int(given)
        elif isinstance(given, int | float):
            is_double = is_own and artifact_type.properties[name] == pb.DOUBLE
            if is_double or not float(given).is_integer():
                target.double_value = given
            else:
                target.int_value = int(given)
        else:
            target.string_value = json.dumps(given)
