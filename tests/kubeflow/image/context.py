"""Which files of a checkout get to the builder, by the rules of .dockerignore."""

import re
from collections.abc import Iterable


def sent(files: Iterable[str], dockerignore: str) -> set[str]:
    """The files that are sent: the last rule that matches a file or a folder above it decides."""
    rules = [line for line in dockerignore.splitlines() if line and not line.startswith("#")]
    return {file for file in files if _is_sent(file, rules)}


def _is_sent(file: str, rules: list[str]) -> bool:
    is_sent = True
    for rule in rules:
        if re.fullmatch(_pattern(rule.removeprefix("!")) + "(/.*)?", file):
            is_sent = rule.startswith("!")
    return is_sent


def _pattern(rule: str) -> str:
    parts = re.split(r"(\*\*/|\*)", rule)
    meaning = {"**/": "(.*/)?", "*": "[^/]*"}
    return "".join(meaning.get(part) or re.escape(part) for part in parts)
