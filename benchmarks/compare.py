"""Ours against TFX's own taxi example: the same rows, the same steps, each a whole process.

`make bench`, or `python benchmarks/compare.py --repeats 3 --out var/bench/pipeline.json`.
The two run in turn, so that a machine that slows down slows both; figures are medians.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import ml_metadata
from measure import measure
from ml_metadata.proto import metadata_store_pb2
from rich.console import Console
from rich.table import Table

from benchmarks.runs import PROJECT, TFXP, where_below

STEPS = 1000

# Stock node to the node of ours that does its work.
_SAME_ROLE = {
    "CsvExampleGen": "ExampleGen",
    "SchemaGen": "ImportSchemaGen",
    "Resolver": "BaselineModel",
}
_OUR_NODE = re.compile(r"^(\w+) done in ([\d.]+) s", re.M)


@dataclass(frozen=True)
class Result:
    """One run of one pipeline: whole process, per node, and the model's AUC."""

    seconds: float
    peak_mib: float
    nodes: dict[str, float]
    auc: float


@click.command()
@click.option("--repeats", default=3, show_default=True, help="Runs of each; medians are shown.")
@click.option("--out", default="var/bench/pipeline.json", show_default=True, type=Path)
def main(repeats: int, out: Path) -> None:
    """Runs both pipelines in turn and prints the comparison."""
    console = Console()
    folder = (PROJECT / "var" / "bench" / "pipeline").absolute()
    ours, stock = [], []
    for repeat in range(repeats):
        shutil.rmtree(folder, ignore_errors=True)
        console.print(f"run {repeat + 1} of {repeats}: stock", highlight=False)
        stock.append(run_stock(folder / "stock"))
        console.print(f"run {repeat + 1} of {repeats}: ours", highlight=False)
        ours.append(run_ours(folder / "ours"))
    out.parent.mkdir(parents=True, exist_ok=True)
    results = {"steps": STEPS, "ours": ours, "stock": stock}
    out.write_text(json.dumps(results, default=asdict, indent=2), encoding="utf-8")
    print_table(console, ours, stock)
    console.print(f"\nwritten to {out}", highlight=False)


def run_stock(folder: Path) -> Result:
    """Runs TFX's example below `folder`."""
    folder.mkdir(parents=True)
    script = [sys.executable, str(PROJECT / "benchmarks" / "stock_taxi.py"), str(folder)]
    measured = measure(script, folder / "log.txt", folder)
    auc = subprocess.run(
        [sys.executable, str(PROJECT / "benchmarks" / "stock_auc.py"), str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    nodes = _recorded_seconds(folder / "metadata.sqlite")
    return Result(measured.seconds, measured.peak_mib, nodes, float(auc.stdout))


def run_ours(folder: Path) -> Result:
    """Runs our pipeline with every root below `folder`."""
    folder.mkdir(parents=True)
    measured = measure(
        [str(TFXP), "run", "--where", str(where_below(folder)), "--set", f"training.steps={STEPS}"],
        folder / "log.txt",
        PROJECT,
    )
    nodes = {name: float(seconds) for name, seconds in _OUR_NODE.findall(measured.output)}
    (record,) = folder.glob("serving/taxi/*/**/record.json")
    metrics = json.loads(record.read_text(encoding="utf-8"))["metrics"]
    return Result(measured.seconds, measured.peak_mib, nodes, metrics["auc"])


def print_table(console: Console, ours: list[Result], stock: list[Result]) -> None:
    """Prints medians per node and in total, and the ratio ours / stock."""
    table = Table("", "stock", "ours", "ours / stock", box=None, padding=(0, 2, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    names = dict.fromkeys([*ours[0].nodes, *stock[0].nodes])
    for name in names:
        _add_row(
            table,
            f"{name} (s)",
            [run.nodes[name] for run in stock if name in run.nodes],
            [run.nodes[name] for run in ours if name in run.nodes],
        )
    for label, field, digits in (
        ("whole process (s)", "seconds", 1),
        ("peak memory (MiB)", "peak_mib", 0),
        ("AUC", "auc", 4),
    ):
        both = ([getattr(run, field) for run in runs] for runs in (stock, ours))
        _add_row(table, label, *both, digits=digits)
    console.print(table)


def _add_row(
    table: Table, label: str, stock: list[float], ours: list[float], digits: int = 1
) -> None:
    theirs, mine = (statistics.median(runs) if runs else None for runs in (stock, ours))
    ratio = f"{mine / theirs:.2f}" if theirs and mine is not None else ""
    cells = ("" if figure is None else f"{figure:.{digits}f}" for figure in (theirs, mine))
    table.add_row(label, *cells, ratio)


def _recorded_seconds(store: Path) -> dict[str, float]:
    """Node to the time between the first and the last record of its execution."""
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = str(store)
    metadata = ml_metadata.MetadataStore(config)
    names = {kind.id: kind.name.rpartition(".")[2] for kind in metadata.get_execution_types()}
    return {
        _SAME_ROLE.get(names[run.type_id], names[run.type_id]): (
            run.last_update_time_since_epoch - run.create_time_since_epoch
        )
        / 1000
        for run in metadata.get_executions()
    }


if __name__ == "__main__":
    main()
