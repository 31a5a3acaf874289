"""`tfxp predict`: the model's answers to rows, from a server or from the pushed model."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

import registry
from components.locations import resolve
from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.errors import UserError
from pipeline.explaining.given import Row, given_rows
from pipeline.predicting.asking import Asked, unanswered
from pipeline.predicting.showing import line, output_columns, plain
from pipeline.predicting.tally import Tally
from pipeline.predicting.writing import STANDARD_OUTPUT
from pipeline.terminal.command_line import command_line
from pipeline.terminal.loading import loading
from registry import STABLE
from schema import columns, read_schema
from schema.labels import Classes, Label, label_classes
from tfxp_client import Client, ClientError, InvalidRows, RowProblem, Tensor

_ADDRESS = "127.0.0.1:8500"
_ROWS_AT_ONCE = 1000
_ROWS, _EXAMPLES = "serve_rows", "serving_default"


@click.command(name="predict")
@configuration_options
@click.option(
    "--row",
    "texts",
    multiple=True,
    metavar="JSON|@FILE",
    help="A row as a JSON object of column to value; or @ and a file of one, or of a list of them.",
)
@click.option("--csv", "path", metavar="FILE", help="Rows with a header; also .tsv, and in .gz.")
@click.option("--out", metavar="FILE", help="Where the answers to --csv go; - prints them.")
@click.option(
    "--address",
    metavar="HOST:PORT",
    help=f"Of a model server's gRPC port; default: serving.address of --where, or {_ADDRESS}.",
)
@click.option("--local", is_flag=True, help="Ask the pushed model in this process; no server.")
@click.option("--version", type=int, help="Of the model; default: the one that is stable.")
@click.option("--label", help="Of the version to ask; default: stable.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help=f"For an answer; of a file, for each {_ROWS_AT_ONCE} rows.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answers to --row as JSON.")
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    texts: tuple[str, ...],
    path: str | None,
    out: str | None,
    address: str | None,
    local: bool,
    version: int | None,
    label: str | None,
    timeout_s: float,
    as_json: bool,
) -> None:
    """Answer rows: those given with --row, or those of a CSV file."""
    _check(texts, path, out, address, local, version, label, as_json)
    loaded = load(config, where, overrides)
    contract = read_schema(resolve(loaded.what.data.schema_))
    rows = given_rows(texts, contract)
    classes = label_classes(contract, Label(**loaded.what.label.model_dump()), loaded.what.task)
    whom = _Whom(address, local, version, label, command_line("run", config, where, overrides))
    with _client(loaded, whom) as client:
        asked = Asked(client, timeout_s, *whom.choice)
        if path is None:
            _answer_rows(asked, rows, classes, as_json)
            return
        assert out is not None
        outputs = output_columns(_outputs(asked), classes)
        kinds = {column.name: column.kind for column in columns(contract)}
        # Arrow takes longer to load than a row to be answered.
        from pipeline.predicting.file import answer_file
        from pipeline.predicting.rows import pieces

        read = pieces(path, kinds, loaded.what.data.missing, _ROWS_AT_ONCE)
        tally = answer_file(read, asked, outputs, out)
    _close(tally, loaded.what.model_name, path, out)


@dataclass(frozen=True)
class _Whom:
    """Whom to ask, as it was given.

    Attributes:
        address: Of the server; None for the one of the configuration.
        local: Whether to ask the pushed model instead.
        version: A certain one.
        label: A certain one.
        again: The command that pushes a model.
    """

    address: str | None
    local: bool
    version: int | None
    label: str | None
    again: str

    @property
    def choice(self) -> tuple[int | None, str | None]:
        """The version or label that is asked for; in this process there is but one."""
        if self.local:
            return None, None
        if self.version is not None:
            return self.version, None
        return None, self.label or STABLE


def _check(
    texts: Sequence[str],
    path: str | None,
    out: str | None,
    address: str | None,
    local: bool,
    version: int | None,
    label: str | None,
    as_json: bool,
) -> None:
    wrong = [
        (bool(texts) == (path is not None), "expected either --row or --csv"),
        (path is not None and out is None, "--csv needs --out FILE, or --out - to print"),
        (path is None and out is not None, "--out goes with --csv; --row prints its answers"),
        (path is not None and as_json, "--json goes with --row; --csv writes CSV"),
        (local and address is not None, "expected either --local or --address"),
        (local and label is not None, "--label is for a server; with --local give --version"),
        (version is not None and label is not None, "expected either --version or --label"),
    ]
    for is_wrong, text in wrong:
        if is_wrong:
            raise click.UsageError(text)


def _client(config: Config, whom: _Whom) -> Client:
    model = config.what.model_name
    schema = Path(resolve(config.what.data.schema_))
    if whom.local:
        from pipeline.predicting.local import LocalClient
        from pipeline.pushed import pushed_version

        version = pushed_version(config, whom.version, whom.again)
        folder = registry.version_dir(config.where.serving_dir, model, version)
        with loading("TensorFlow"):
            return LocalClient(folder, model=model, version=version, schema=schema)
    address = whom.address or config.where.serving.address or _ADDRESS
    try:
        return Client(address, model=model, schema=schema)
    except ValueError as error:
        raise UserError(f"--address: {error}") from error


def _outputs(asked: Asked) -> Mapping[str, Tensor]:
    """What is answered; asked for first, so that a server that is not there is told at once."""
    try:
        metadata = asked.client.metadata(
            version=asked.version, label=asked.label, timeout_s=asked.timeout_s
        )
    except ClientError as error:
        raise unanswered(error) from error
    signatures = metadata.signatures
    found = signatures.get(_ROWS) or signatures.get(_EXAMPLES)
    if found is None:
        listed = ", ".join(signatures) or "none"
        raise UserError(
            f"model {metadata.model!r} version {metadata.version} has no signature {_ROWS!r} or "
            f"{_EXAMPLES!r} to ask; it has: {listed}"
        )
    return found.outputs


def _answer_rows(asked: Asked, rows: Sequence[Row], classes: Classes, as_json: bool) -> None:
    try:
        predictions = asked.client.predict(
            rows, version=asked.version, label=asked.label, timeout_s=asked.timeout_s
        )
    except InvalidRows as error:
        problems = "; ".join(_told(problem, len(rows)) for problem in error.problems)
        raise UserError(f"--row: {problems}" if problems else str(error)) from error
    except ClientError as error:
        raise unanswered(error) from error
    if as_json:
        click.echo(json.dumps(plain(predictions), indent=2, ensure_ascii=False))
        return
    for number, one in enumerate(predictions, 1):
        place = f"row {number}: " if len(rows) > 1 else ""
        click.echo(f"{place}{line(one, classes)} ({one.model} version {one.version})")


def _told(problem: RowProblem, rows: int) -> str:
    """The problem, with rows counted as a person does, and without a count of one."""
    place = f"row {problem.row + 1}, " if problem.row is not None and rows > 1 else ""
    return f"{place}column {problem.column!r}: {problem.text}"


def _close(tally: Tally, model: str, path: str, out: str) -> None:
    """Says what became of the rows; with some unanswered, the command has not succeeded."""
    for text in tally.told:
        click.echo(f"{path}, {text}", err=True)
    if tally.refused > len(tally.told):
        click.echo(f"… and {tally.refused - len(tally.told):,} more, in column error", err=True)
    versions = ", ".join(map(str, sorted(tally.versions)))
    by = f" by {model} version {versions}" if versions else ""
    to = "" if out == STANDARD_OUTPUT else f" → {out}"
    click.echo(
        f"{tally.rows:,} rows: {tally.answered:,} answered{by}, "
        f"{tally.refused:,} without an answer{to}",
        err=True,
    )
    if tally.refused:
        sys.exit(1)
