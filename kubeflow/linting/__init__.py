"""Whether a cluster would run a compiled pipeline, told without a cluster."""

from linting.finding import Finding
from linting.linter import lint

__all__ = ["Finding", "lint"]
