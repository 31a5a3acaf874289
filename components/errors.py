"""All errors that components raise on purpose; the message is what the user reads.

ComponentError
├── InputError        a file, folder or model is missing or unreadable; mend the place
└── Refused           a gate said no
    ├── DataRefused   the rows break the contract; mend the data or the contract
    └── ModelRefused  the model is not good enough, or does not serve
"""


class ComponentError(Exception):
    """Something that the person who runs the pipeline can mend."""


class InputError(ComponentError):
    """A file, folder or model is missing or unreadable."""


# A refusal is an outcome of a run in which nothing is in error.
class Refused(ComponentError):  # noqa: N818
    """A gate said no."""


class DataRefused(Refused):
    """The rows break the contract."""


class ModelRefused(Refused):
    """The model is not good enough, or does not serve."""
