"""When a label may be given to a version: TF Serving's rules."""

from collections.abc import Mapping

import grpc

from serving.servable import ServingError


def check_labels(
    model: str,
    labels: Mapping[str, int],
    *,
    held: Mapping[str, int],
    available: frozenset[int],
    allow_unavailable: bool,
) -> None:
    """Refuses a label for a version that does not answer.

    Args:
        model: Its name.
        labels: As they are asked for.
        held: As they are.
        available: The versions that answer now.
        allow_unavailable: Lets a new label stand for a version that will answer later; one that
            clients already use is never moved there.

    Raises:
        ServingError: FAILED_PRECONDITION.
    """
    for label, version in labels.items():
        if version in available:
            continue
        if allow_unavailable and held.get(label, version) == version:
            continue
        msg = (
            f'label "{label}" of model {model} cannot be given to version {version}, which is not '
            "available for inference; first have the version loaded, then move the label"
        )
        raise ServingError(grpc.StatusCode.FAILED_PRECONDITION, msg)
