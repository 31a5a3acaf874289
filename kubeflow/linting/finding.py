"""What the linter says of a place in a compiled pipeline."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing in a spec that a cluster refuses, or runs otherwise than is meant."""

    rule: str
    """The name of the rule, as the table of rules has it."""
    place: str
    """The JSON path of the thing, from the document's own root: `$.root.dag.tasks.Trainer`."""
    message: str
    """What is there, and why a cluster refuses it."""
    remedy: str
    """What to do about it."""
