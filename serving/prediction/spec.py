"""Which model, version and signature a request names."""

from typing import Any

from serving.prediction.plans import DEFAULT_SIGNATURE, invalid
from serving.servable import Models, Servable


def choice(spec: Any) -> tuple[str, int | None, str | None]:
    """Name, version and label of a ModelSpec; at most one of the last two is given."""
    kind = spec.WhichOneof("version_choice")
    return (
        spec.name,
        spec.version.value if kind == "version" else None,
        spec.version_label if kind == "version_label" else None,
    )


def find(models: Models, request: Any) -> Servable:
    """The version that a request with a `model_spec` asks for.

    Raises:
        ServingError: INVALID_ARGUMENT without a spec or a name; what `Models.find` raises.
    """
    if not request.HasField("model_spec"):
        msg = "Missing ModelSpec"
        raise invalid(msg)
    return find_spec(models, request.model_spec)


def find_spec(models: Models, spec: Any) -> Servable:
    """The version that a ModelSpec asks for; raises as `find` does."""
    name, version, label = choice(spec)
    if not name:
        msg = "ModelSpec has no name specified."
        raise invalid(msg)
    return models.find(name, version, label)


def fill(answer: Any, servable: Servable, signature_name: str) -> None:
    """Says in the `model_spec` of an answer which version and signature gave it."""
    answer.name = servable.name
    answer.version.value = servable.version
    answer.signature_name = signature_name or DEFAULT_SIGNATURE
