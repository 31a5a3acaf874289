"""`tfxp batch`: predictions for all rows of files."""

import logging
import os
import sys
import time
from pathlib import Path

import click
from rich.console import Console

from components.bulk_inferrer.finishing import Summary, read_summary
from components.bulk_inferrer.folder import Begun, begin, owned, parts_done
from components.bulk_inferrer.needs import Needs
from components.bulk_inferrer.preparing import Prepared, Request, prepare
from components.errors import ComponentError
from components.locations import resolve
from pipeline.batch.chosen import Chosen, choose
from pipeline.batch.showing import fit_lines, live_progress, summary_lines
from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.errors import UserError
from pipeline.runner.interrupts import sigterm_as_interrupt
from pipeline.terminal.command_line import command_line
from pipeline.terminal.loading import loading
from pipeline.terminal.summary import shown
from registry import STABLE
from schema import SERVING, columns, read_schema


@click.command(name="batch")
@configuration_options
@click.option(
    "--input",
    "location",
    required=True,
    metavar="FILE|FOLDER|GLOB",
    help="CSV, Parquet or TFRecord of tf.Example, also compressed.",
)
@click.option(
    "--output",
    "folder",
    required=True,
    type=Path,
    metavar="FOLDER",
    help="Where the predictions go, as Parquet; empty, or of a batch that was stopped.",
)
@click.option(
    "--version",
    type=click.IntRange(min=1),
    help="Of the model; default: the one with the label.",
)
@click.option("--label", default=STABLE, show_default=True, help="Of the model's version.")
@click.option(
    "--key",
    metavar="COLUMN",
    help="Whose values are the rows' keys; default: batch.key, or file:row number.",
)
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    location: str,
    folder: Path,
    version: int | None,
    label: str,
    key: str | None,
) -> None:
    """Write what the pushed model says of all rows of files, as Parquet with a key a row.

    Rows that do not fit are in _rejected.parquet, with place and reason. Killed and started again,
    it goes on where it was. Exit code: 0 done, 1 an error, 2 wrong configuration or usage, 130
    interrupted.
    """
    if version and label != STABLE:
        raise click.UsageError("--version and --label: one of them chooses the model, not both")
    loaded = load(config, where, overrides)
    chosen = choose(loaded, version, label, command_line("run", config, where, overrides))
    request = _request(loaded, chosen, location, folder, key)
    more = ["--input", location, "--output", str(folder)]
    more += ["--version", str(version)] if version else []
    more += ["--label", label] if label != STABLE else []
    more += ["--key", key] if key else []
    again = command_line("batch", config, where, overrides, *more)
    console = Console(highlight=False)
    try:
        with sigterm_as_interrupt():
            _run(console, loaded, request)
    except ComponentError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        why = error.strerror or error
        raise UserError(f"{shown(folder)}: {why}; what is finished stays there") from error
    except KeyboardInterrupt:
        done = parts_done(folder) if folder.is_dir() else 0
        parts = "1 finished part is" if done == 1 else f"{done} finished parts are"
        _say(console, f"interrupted; {parts} kept; `{again}` goes on")
        sys.exit(130)


def _request(
    config: Config, chosen: Chosen, location: str, folder: Path, key: str | None
) -> Request:
    data = config.what.data
    contract = read_schema(resolve(data.schema_))
    expected = [column for column in columns(contract, SERVING)]
    return Request(
        # What is typed at a terminal is below the folder that the terminal is in.
        input=location if "://" in location else os.path.abspath(location),
        format=data.format,
        folder=folder,
        model=str(chosen.path),
        name=chosen.name,
        version=chosen.version,
        digest=chosen.digest,
        key=key or config.what.batch.key or "",
        missing=data.missing,
        identifiers=data.identifiers,
        expected=Needs({column.name: column.kind for column in expected}, frozenset()),
    )


def _run(console: Console, config: Config, request: Request) -> None:
    began = time.monotonic()
    prepared = prepare(request)
    with owned(request.folder):
        begun = begin(request.folder, prepared.plan)
        if begun.anew:
            _say(
                console,
                f"{begun.anew}: what {shown(request.folder)} held is worth nothing now; anew",
            )
        summary = read_summary(request.folder)
        if summary and len(begun.finished) == prepared.plan.parts:
            _say(console, "nothing to do: this batch is finished")
            seconds = None
        else:
            summary = _work(console, config, prepared, begun)
            seconds = time.monotonic() - began
    _say(console, *summary_lines(summary, request.folder, seconds))


def _work(console: Console, config: Config, prepared: Prepared, begun: Begun) -> Summary:
    if begun.finished:
        count = f"{len(begun.finished)} of {prepared.plan.parts}"
        _say(console, f"going on: {count} parts are finished")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Whatever goes wrong comes back as an error; Beam logs it, too, as a page of tracebacks.
    logging.getLogger().addHandler(logging.NullHandler())
    with loading("TensorFlow"):
        import apache_beam as beam

        from components.bulk_inferrer.running import run

    arguments = list(config.where.beam.pipeline_args)
    with live_progress(console):
        return run(
            prepared,
            begun.finished,
            lambda: beam.Pipeline(argv=arguments),
            lambda fit: _say(console, *fit_lines(fit)),
        )


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
