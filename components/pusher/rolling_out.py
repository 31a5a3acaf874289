"""From a version that has been pushed to a label that stands for it."""

import registry
from components import progress
from components.errors import ModelRefused
from components.pusher.options import PusherOptions
from registry.history import was_rolled_back
from registry.rollout import Moved, Rollout


def roll_out(base: registry.Base, model: str, version: int, options: PusherOptions) -> Moved:
    """Labels the version stable or canary, once the server serves it.

    Args:
        base: The model base directory.
        model: The model's name in it.
        version: One that is there.
        options: Which label, and the server.

    Raises:
        ModelRefused: it was rolled back before, is damaged, or the server does not serve it; the
            labels stand as before.
        RegistryError: the base directory or the server cannot be used.
    """
    label = registry.STABLE if options.rollout == "direct" else registry.CANARY
    _require_not_rolled_back(base, model, version, label)
    try:
        return Rollout(base, model, options.server, progress.tell).label(label, version)
    except registry.VersionRefused as error:
        raise ModelRefused(
            f"version {version} was pushed and does not become {label}: {error}; "
            f"{_now(base, model, label)}"
        ) from error


def _require_not_rolled_back(base: registry.Base, model: str, version: int, label: str) -> None:
    """What a person took back is not brought again by a run that makes the same model.

    Raises:
        ModelRefused: the label was taken from the version.
    """
    move = was_rolled_back(base, model, label, version)
    if move:
        raise ModelRefused(
            f"the same model is version {version}, from which {label} was rolled back to version "
            f"{move.to} ({move.at}); if it is wanted after all: tfxp promote {version}"
        )


def _now(base: registry.Base, model: str, label: str) -> str:
    version = registry.labels(base, model).get(label)
    return f"{label} stays on version {version}" if version else f"no version is {label}"
