"""Findings as people read them, and as a line each for what reads lines."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from linting.finding import Finding


def print_findings(console: Console, path: Path, findings: Sequence[Finding]) -> None:
    """Prints what was found in a file: grouped on a terminal, elsewhere a line a finding."""
    if not findings:
        console.print(Text(f"{path}: nothing that a cluster would refuse"), soft_wrap=True)
    elif console.is_terminal:
        _print_groups(console, path, findings)
    else:
        for finding in findings:
            console.print(Text(f"{path}: {finding}"), soft_wrap=True)


def _print_groups(console: Console, path: Path, findings: Sequence[Finding]) -> None:
    count = len(findings)
    console.print(
        Text.assemble(
            (str(path), "bold"),
            f": {count} finding{'s' if count > 1 else ''}; a cluster would refuse this pipeline, "
            "or run it otherwise than meant",
        )
    )
    for rule, group in itertools.groupby(findings, key=lambda finding: finding.rule):
        console.print()
        console.print(Text(rule, style="bold red"))
        for remedy, alike in itertools.groupby(group, key=lambda finding: finding.remedy):
            for message, places in itertools.groupby(alike, key=lambda finding: finding.message):
                for finding in places:
                    # A path is copied from here; it is never broken into two lines.
                    console.print(Text(f"  {finding.place}", style="cyan"), soft_wrap=True)
                console.print(Padding(Text(message), (0, 0, 0, 4)))
            console.print(Padding(Text(f"→ {remedy}", style="bold"), (0, 0, 0, 4)))
