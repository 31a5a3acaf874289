"""`tfxp explain`: why the pushed model answers a row as it does."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from tensorflow_metadata.proto.v0 import schema_pb2

import registry
from components.errors import ComponentError
from components.explainer.shapley import Explained, explain
from components.locations import resolve
from components.schema_file import without
from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.config.features import overrides_of
from pipeline.errors import UserError
from pipeline.explaining.background import explanation_folder
from pipeline.explaining.given import Row, given_rows, require
from pipeline.explaining.showing import Question, headline, plain, table
from pipeline.pushed import pushed_version
from pipeline.terminal.command_line import command_line
from pipeline.terminal.loading import loading
from schema import read_schema
from schema.features import feature_table, sources
from schema.labels import Label, label_classes

# Pairs of orders in which each row of the background is walked.
_ORDERS = 8


@click.command(name="explain")
@configuration_options
@click.option(
    "--row",
    "texts",
    multiple=True,
    required=True,
    metavar="JSON|@FILE",
    help="A row as a JSON object of column to value; or @ and a file of one, or of a list of them.",
)
@click.option("--version", type=int, help="Of the model; default: the one that is stable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    texts: tuple[str, ...],
    version: int | None,
    as_json: bool,
) -> None:
    """Say what each column of a row adds to the answer of the pushed model.

    The shares (sampled Shapley values) add up to the answer less the mean answer to a sample of
    the rows of the split eval.
    """
    loaded = load(config, where, overrides)
    curated = read_schema(resolve(loaded.what.data.schema_))
    rows = given_rows(texts, curated)
    # What no step saw may stand in a row, but is not looked at.
    contract = without(curated, loaded.what.data.identifiers)
    label = Label(**loaded.what.label.model_dump())
    features = feature_table(contract, label, overrides_of(loaded.what.features))
    used = {column for feature in features for column in sources(feature)}
    for row in rows:
        require(row, used, contract)
    again = command_line("run", config, where, overrides)
    chosen = pushed_version(loaded, version, again)
    folder = explanation_folder(loaded, chosen, again)
    model = registry.version_dir(loaded.where.serving_dir, loaded.what.model_name, chosen)
    try:
        with loading("TensorFlow"):
            answers = _explained(rows, contract, model, folder, loaded)
    except ComponentError as error:
        raise UserError(str(error)) from error
    name = f"{loaded.what.model_name} version {chosen}"
    if as_json:
        told = [plain(question, explained) for question, explained in answers]
        content: dict[str, Any] = {"model": loaded.what.model_name, "version": chosen, "rows": told}
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    for question, explained in answers:
        console.print(f"{name}: {headline(question, explained)}", markup=False, soft_wrap=True)
        console.print(table(question, explained, console.width))
        if question.ignored:
            console.print(f"not looked at: {', '.join(question.ignored)}", markup=False)


def _explained(
    rows: list[Row], contract: schema_pb2.Schema, model: Path, folder: Path, config: Config
) -> list[tuple[Question, Explained]]:
    from components.explainer.model import AskedModel
    from components.explainer.sample import BACKGROUND, read_rows

    what = config.what
    classes = label_classes(contract, Label(**what.label.model_dump()), what.task)
    asked = AskedModel(str(model), contract)
    background = asked.columns_of(read_rows(folder / BACKGROUND))
    count = len(next(iter(background.values())))
    answers = []
    for row in rows:
        require(row, asked.dtypes, contract)
        ignored = sorted(row.keys() - asked.dtypes.keys())
        explained = explain(
            asked.row(row), background, asked.ask, orders=_ORDERS, seed=what.training.seed
        )
        answers.append((Question(row, ignored, count, what.task, classes), explained))
    return answers
