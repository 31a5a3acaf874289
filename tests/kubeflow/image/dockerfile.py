"""The facts of a Dockerfile that tests ask about."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction: its word, and what follows it on one line."""

    word: str
    text: str


@dataclass(frozen=True)
class Stage:
    """One stage: what it starts from, its name ("" for the last), and its instructions."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[str]:
        """The texts of the instructions of that word."""
        return [each.text for each in self.instructions if each.word == word]


def arguments(path: Path) -> dict[str, str]:
    """The arguments that stand before the first stage, with their defaults."""
    before = [each for each in _instructions(path)]
    first = next(index for index, each in enumerate(before) if each.word == "FROM")
    return dict(each.text.split("=", 1) for each in before[:first] if each.word == "ARG")


def stages(path: Path) -> list[Stage]:
    """The stages in their order."""
    found: list[tuple[str, str, list[Instruction]]] = []
    for each in _instructions(path):
        if each.word == "FROM":
            base, _, name = each.text.partition(" AS ")
            found.append((base, name, []))
        elif found:
            found[-1][2].append(each)
    return [Stage(base, name, tuple(instructions)) for base, name, instructions in found]


def _instructions(path: Path) -> list[Instruction]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.split(" ", 1)) for line in joined.splitlines() if line.strip()]
