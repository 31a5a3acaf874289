"""What became of the rows of a file."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """What became of the rows.

    Attributes:
        answered: With an answer.
        refused: Without one.
        versions: That answered.
        told: The first few that were refused, in words.
    """

    answered: int = 0
    refused: int = 0
    versions: set[int] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All of them."""
        return self.answered + self.refused
