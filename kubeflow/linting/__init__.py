"""Whether a cluster would run a compiled pipeline, told without a cluster."""

from collections.abc import Callable
from typing import Any

from linting.finding import Finding

__all__ = ["Finding", "lint"]


def lint(
    pipeline_spec: dict[str, Any],
    platform_spec: dict[str, Any] | None = None,
    *,
    image_modules: Callable[[str], bool] | None = None,
) -> list[Finding]:
    """Returns what a cluster would refuse; nothing for a pipeline that it runs.

    Args:
        pipeline_spec: The pipeline spec, as read from JSON or from the YAML's first document.
        platform_spec: The platform spec, from the YAML's second document; None without one.
        image_modules: Whether the image holds a module of a dotted name; by default, whether it
            is in the project's rooms or in a package of `kubeflow/requirements.lock`.
    """
    return []
