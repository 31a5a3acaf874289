"""The error that the entrypoint raises on purpose."""

from pipeline.errors import UserError


class StepError(UserError):
    """What the step was given cannot be run, or what it made cannot be handed back."""
