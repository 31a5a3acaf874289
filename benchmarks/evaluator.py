"""Our Evaluator against TFX's: the same rows, models, slices and metrics.

`make bench`, or `python benchmarks/evaluator.py --repeats 3 --rows 300000`. The rows are packaged
taxi trips, over and over; the models are two that our pipeline trains first. The two Evaluators
run in turn, each in a process of its own; figures are medians of the executors' times.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import click
from alone import Result, last_line, measured, median
from rich.console import Console
from rich.table import Table

from benchmarks.runs import PROJECT

SCRIPT = "evaluator_one.py"


@click.command()
@click.option("--repeats", default=3, show_default=True, help="Runs of each; medians are shown.")
@click.option("--rows", default=(5_000, 300_000), show_default=True, multiple=True, type=int)
@click.option("--alone", default=0, show_default=True, help="Rows on which only ours runs.")
@click.option("--out", default="var/bench/evaluator.json", show_default=True, type=Path)
def main(repeats: int, rows: tuple[int, ...], alone: int, out: Path) -> None:
    """Runs all cases, with and without a stable model, and prints the comparison."""
    console = Console()
    folder = (PROJECT / "var" / "bench" / "evaluator").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    console.print("training two models", highlight=False)
    last_line(SCRIPT, folder, "prepare", *map(str, (*rows, *([alone] if alone else []))))
    table = Table(
        "rows", "models", "stock", "ours", "ratio", "peak", box=None, padding=(0, 2, 0, 0)
    )
    for column in table.columns:
        column.justify = "right"
    results = []
    for count in (*rows, *([alone] if alone else [])):
        for models in (1, 2):
            console.print(f"{count:,} rows, {models} models", highlight=False)
            ours, stock = run_case(folder, count, models, 0 if count == alone else repeats)
            case = {"rows": count, "models": models}
            results.append(case | {"ours": asdict(ours), "stock": stock and asdict(stock)})
            table.add_row(
                f"{count:,}",
                str(models),
                f"{stock.seconds:.1f} s" if stock else "",
                f"{ours.seconds:.1f} s",
                f"{ours.seconds / stock.seconds:.2f}" if stock else "",
                f"{ours.peak_mib:.0f} MiB",
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2), encoding="utf-8")
    shutil.rmtree(folder)
    console.print(table)
    console.print(f"\nwritten to {out}", highlight=False)


def run_case(folder: Path, rows: int, models: int, repeats: int) -> tuple[Result, Result | None]:
    """Runs both in turn, as often as asked; with 0 repeats only ours, once."""
    ours, stock = [], []
    for _ in range(max(repeats, 1)):
        if repeats:
            stock.append(measured(SCRIPT, folder, "stock", str(rows), str(models)))
        ours.append(measured(SCRIPT, folder, "ours", str(rows), str(models)))
    return median(ours), median(stock) if stock else None


if __name__ == "__main__":
    main()
