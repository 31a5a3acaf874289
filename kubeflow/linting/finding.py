"""What the linter says of a place in a compiled pipeline."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something that a rule found.

    Attributes:
        place: The JSON path of the thing, such as `$.root.dag.tasks.Trainer`. The paths of a
            platform spec begin with `$.platforms`, which a pipeline spec does not have.
        message: What is there, and why a cluster refuses it or runs it otherwise than meant.
        remedy: What to do about it.
    """

    place: str
    message: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class Finding:
    """A fault, with the name of the rule that found it.

    Attributes:
        rule: The name of the rule, as the table of rules has it.
        place: The JSON path of the thing.
        message: What is there, and why a cluster refuses it or runs it otherwise than meant.
        remedy: What to do about it.
    """

    rule: str
    place: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """The finding in a line."""
        return f"{self.rule}: {self.place}: {self.message} → {self.remedy}"
