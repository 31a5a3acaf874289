"""`tfxp data`: what the data of the last run are like."""

import contextlib
import datetime
import json
from pathlib import Path

import click
from tensorflow_metadata.proto.v0 import statistics_pb2

from pipeline.commands.options import configuration_options
from pipeline.config import Config, load
from pipeline.config.where import PROJECT
from pipeline.errors import UserError
from pipeline.last_run import LastRun
from pipeline.reports.data_facts import column_facts
from pipeline.reports.data_page import DataPage, render
from pipeline.runner.outputs import number, text
from pipeline.terminal.summary import shown

_ALL_ROWS = "All Examples"


@click.group(name="data")
def command() -> None:
    """Report on the data of the last run."""


@command.command()
@configuration_options
@click.option("--out", type=Path, metavar="FILE", help="Default: var/reports/NAME-data.html.")
def report(config: str, where: str, overrides: tuple[str, ...], out: Path | None) -> None:
    """Write one HTML page about the data of the last run; it opens offline."""
    loaded = load(config, where, overrides)
    now = datetime.datetime.now()
    path = out or PROJECT / "var" / "reports" / f"{loaded.what.name}-data.html"
    page = render(_page(loaded, LastRun(loaded), now))
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(page, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; give another --out") from error
    click.echo(f"written to {shown(path)}")


def _page(loaded: Config, last: LastRun, now: datetime.datetime) -> DataPage:
    examples = last.artifact("ExampleGen", "examples")
    quarantine = last.artifact("ExampleGen", "quarantine")
    sets = _statistics(last.folder("StatisticsGen", "statistics"))
    # A run may have stopped before it.
    with contextlib.suppress(UserError):
        sets |= _statistics(last.folder("ReferenceStatisticsGen", "statistics"))
    found = last.verdict()
    verdict = json.loads(found.read_text(encoding="utf-8")) if found else {}
    facts = {
        "rows read": f"{number(examples, 'rows_in'):,}",
        **{name: f"{number(examples, f'rows_{name}'):,}" for name in loaded.what.data.split_names},
        "quarantine": f"{number(examples, 'rows_quarantined'):,}",
        "columns": f"{len(next(iter(sets.values())).features):,}" if sets else "0",
    }
    return DataPage(
        problem=loaded.what.name,
        made=f"made {now:%Y-%m-%d %H:%M}",
        origin=text(examples, "summary"),
        facts=facts,
        columns=column_facts(sets, verdict),
        verdict=verdict,
        reasons=json.loads(text(quarantine, "reasons") or "{}"),
    )


def _statistics(folder: Path) -> dict[str, statistics_pb2.DatasetFeatureStatistics]:
    """Split to the statistics of all its rows, `train` first."""
    found = {}
    for path in folder.glob("Split-*/FeatureStats.pb"):
        listed = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
        whole = [dataset for dataset in listed.datasets if dataset.name == _ALL_ROWS]
        found[path.parent.name.removeprefix("Split-")] = (whole or listed.datasets)[0]
    return {name: found[name] for name in sorted(found, key=lambda name: (name != "train", name))}
