"""`tfxp schema`: keeping the contract with the data."""

import datetime
import difflib
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from google.protobuf import text_format
from rich.console import Console
from rich.table import Table
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.errors import ComponentError
from components.locations import resolve
from components.schema_tools.blocks import rewritten
from components.schema_tools.differences import differences
from components.validation.severities import Severities
from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.errors import UserError
from pipeline.last_run import LastRun
from pipeline.reports.findings import beyond_the_schema
from pipeline.terminal.command_line import command_line
from pipeline.terminal.loading import loading
from schema import SERVING, TRAINING, SchemaError, columns, read_schema

_DOES_NOT_FIT = 3


@click.group(name="schema")
def command() -> None:
    """Infer, compare, check and edit the schema."""


@command.command()
@configuration_options
@click.option("--out", type=Path, metavar="FILE", help="Write it there; default: print it.")
@click.option("--force", is_flag=True, help="Replace the file.")
def infer(
    config: str, where: str, overrides: tuple[str, ...], out: Path | None, force: bool
) -> None:
    """Infer a schema from the training rows of the last run."""
    if out and out.exists() and not force:
        raise UserError(f"{out}: there already; choose another file, or --force")
    last = LastRun(load(config, where, overrides), command_line("run", config, where, overrides))
    inferred, _ = _inferred(last)
    text = text_format.MessageToString(inferred, as_utf8=True)
    if out:
        _write(out, text)
        click.echo(f"written to {out}")
    else:
        click.echo(text, nl=False)


@command.command()
@configuration_options
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
def diff(config: str, where: str, overrides: tuple[str, ...], exit_code: bool) -> None:
    """Compare the curated schema with one inferred from the training rows of the last run."""
    loaded = load(config, where, overrides)
    last = LastRun(loaded, command_line("run", config, where, overrides))
    curated = read_schema(_path(loaded))
    inferred, statistics = _inferred(last)
    table = Table("column", "curated, and what the data have", box=None, padding=(0, 2, 0, 0))
    for column, difference in differences(curated, inferred, statistics):
        table.add_row(column, difference)
    Console(highlight=False).print(table if table.rows else "no differences")
    sys.exit(1 if exit_code and table.rows else 0)


@command.command()
@click.argument("file")
@configuration_options
@click.option(
    "--environment",
    default=TRAINING,
    show_default=True,
    metavar=f"{TRAINING}|{SERVING}",
    help="Which rows these are: with the label, or without.",
)
def check(file: str, config: str, where: str, overrides: tuple[str, ...], environment: str) -> None:
    """Check a file, a folder or a glob against the schema, without running the pipeline.

    Exit code: 0 a run would accept the rows, 3 it would not.
    """
    loaded = load(config, where, overrides)
    contract = read_schema(_path(loaded))
    try:
        columns(contract, environment)
    except SchemaError as error:
        raise click.BadParameter(str(error), param_hint="--environment") from error
    checking = _loaded("components.schema_tools.checking")
    location = file if "://" in file else str(Path(file).absolute())
    try:
        checked = checking.check(location, contract, environment, _rules(loaded, checking))
    except ComponentError as error:
        raise UserError(str(error)) from error
    if checked.refusal:
        click.echo(f"block  {checked.refusal}")
    else:
        for line in checked.aside:
            click.echo(f"aside  {line}")
    for finding in checked.findings:
        click.echo(f"{finding.severity:<6} {finding}")
    verdict = "fits" if checked.fits else "does not fit"
    rows, aside = checked.report.rows_in, checked.report.rows_rejected
    counts = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    counts += f", {aside:,} of them cannot be used" if aside else ""
    if checked.report.unreadable:
        counts = "not read to the end"
    click.echo(f"{file} {verdict} {loaded.what.data.schema_} in {environment}: {counts}")
    sys.exit(0 if checked.fits else _DOES_NOT_FIT)


@command.command(name="accept-anomalies")
@configuration_options
@click.option("--column", "chosen", multiple=True, metavar="NAME", help="Only these columns.")
@click.option("--yes", is_flag=True, help="Write without asking.")
def accept_anomalies(
    config: str, where: str, overrides: tuple[str, ...], chosen: tuple[str, ...], yes: bool
) -> None:
    """Widen the schema until the rows of the last run fit, and change nothing else in its file."""
    loaded = load(config, where, overrides)
    path = _path(loaded)
    before = path.read_text(encoding="utf-8")
    curated = read_schema(path)
    unknown = set(chosen) - {feature.name for feature in curated.feature}
    last = LastRun(loaded, command_line("run", config, where, overrides))
    statistics = last.folder("StatisticsGen", "statistics")
    widening = _loaded("components.schema_tools.widening")
    wider = widening.widened(curated, statistics, chosen or None)
    if unknown - {feature.name for feature in wider.feature}:
        raise UserError(f"--column: no such column: {', '.join(sorted(unknown))}")
    after = rewritten(before, curated, wider)
    if after == before:
        if not _print_left(last, path):
            rows = (
                f"values of {', '.join(chosen)} in the last run"
                if chosen
                else "rows of the last run"
            )
            click.echo(f"nothing to accept: the {rows} fit the schema")
        return
    shown = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), str(path), str(path)
    )
    click.echo("".join(shown))
    _print_left(last, path)
    if not yes and not (sys.stdin.isatty() and click.confirm("write this?")):
        click.echo("nothing was written; --yes writes it")
        return
    _write(path, after, check=True)
    click.echo(f"written to {path}")


def _inferred(last: LastRun) -> tuple[schema_pb2.Schema, statistics_pb2.DatasetFeatureStatistics]:
    """The schema of the training rows of the last run, and their statistics."""
    statistics = last.folder("StatisticsGen", "statistics")
    widening = _loaded("components.schema_tools.widening")
    return widening.inferred(statistics), widening.training_rows(statistics)


def _rules(loaded: Config, checking: ModuleType) -> Any:
    """What a run would go by, of the configuration."""
    from pipeline.options import data_gate

    data, today = loaded.what.data, datetime.date.today()
    severities = Severities.from_plain(json.loads(data_gate(loaded.what)), today)
    return checking.Rules(
        data.format, data.identifiers, data.missing, data.max_quarantined, severities
    )


def _print_left(last: LastRun, path: Path) -> bool:
    """Says what the last run was refused for that no wider schema mends; whether there is any."""
    found = last.file("DataGate", "verdict", "verdict.json")
    verdict = json.loads(found.read_text(encoding="utf-8")) if found else {}
    left = beyond_the_schema(verdict)
    if left:
        click.echo("the last run was refused for what no wider schema mends:")
        for line in left:
            click.echo(f"  {line}")
        click.echo(f"mend those rows, raise the threshold in {path}, or use [data.severities]")
    return bool(left)


def _path(loaded: Config) -> Path:
    return Path(resolve(loaded.what.data.schema_))


def _write(path: Path, text: str, *, check: bool = False) -> None:
    """Writes the file whole or not at all; `check` reads it as a run would before it counts."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if check:
            read_schema(name)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; nothing was written") from error


def _loaded(module: str) -> ModuleType:
    """Imports a module that needs TensorFlow."""
    with loading("TensorFlow Data Validation"):
        return importlib.import_module(module)
