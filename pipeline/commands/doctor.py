"""`tfxp doctor`: one line a check, and what to do about each that fails."""

import os
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.doctor import Finding, Verdict, examine

CHECKOUT = Path(__file__).resolve().parents[2]
STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


@click.command()
@click.pass_context
def command(context: click.Context) -> None:
    """Check this machine and this installation."""
    findings = tuple(examine(CHECKOUT, Path("var").resolve(), os.environ))
    Console(highlight=False).print(_table(findings))
    is_failing = any(finding.verdict is Verdict.FAIL for finding in findings)
    context.exit(1 if is_failing else 0)


def _table(findings: Iterable[Finding]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        verdict = Text(finding.verdict, style=STYLES[finding.verdict])
        table.add_row(verdict, finding.what, Text(finding.found))
        if finding.remedy:
            table.add_row("", "", Text(f"→ {finding.remedy}", style="bold"))
    return table
