"""Our BulkInferrer against TFX's: the same model and the same rows, in one run.

`make bench`, or `python benchmarks/bulk.py --repeats 3 --rows 300000`. The rows are packaged taxi
trips, over and over; the model is one that our pipeline trains first. The two run in turn, each in
a process of its own; figures are medians of the executors' times. Rows in must be rows out, and the
answers the same.
"""

import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
from alone import last_line
from rich.console import Console
from rich.table import Table

from benchmarks.runs import PROJECT

SCRIPT = "bulk_one.py"
# In the order in which they run.
CONTENDERS = {"stock": "TFX, tf.Examples", "ours": "ours, tf.Examples", "csv": "ours, CSV"}
MOST_OF_STOCK = 1 / 3
TOLERANCE = 1e-5


@click.command()
@click.option("--repeats", default=3, show_default=True, help="Runs of each; medians are shown.")
@click.option("--rows", default=300_000, show_default=True)
@click.option("--out", default="var/bench/bulk.json", show_default=True, type=Path)
def main(repeats: int, rows: int, out: Path) -> None:
    """Runs all, prints the comparison, and ends with 1 if ours takes more than a third."""
    console = Console(highlight=False)
    folder = (PROJECT / "var" / "bench" / "bulk").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    console.print("training a model")
    last_line(SCRIPT, folder, "prepare", str(rows))
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for repeat in range(repeats):
        for name, shown in CONTENDERS.items():
            console.print(f"run {repeat + 1} of {repeats}: {shown}")
            runs[name].append(json.loads(last_line(SCRIPT, folder, name)))
    shutil.rmtree(folder)
    verdict = judged(runs, rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"rows": rows, "runs": runs} | verdict, indent=2), encoding="utf-8")
    print_table(console, runs, rows)
    console.print(
        f"\nours / TFX = {verdict['ratio']:.3f}, at most {MOST_OF_STOCK:.3f} is asked for; "
        f"answers differ by at most {verdict['difference']:.1e}"
    )
    console.print(f"written to {out}")
    sys.exit(0 if verdict["is_met"] else 1)


def judged(runs: dict[str, list[dict[str, Any]]], rows: int) -> dict[str, Any]:
    """Ratio of the medians, the largest difference of answers, and whether all is as asked for."""
    seconds = {
        name: statistics.median(run["seconds"] for run in done) for name, done in runs.items()
    }
    ratio = seconds["ours"] / seconds["stock"]
    # The CSV file has the trips in another order, so that its last round of them is of others.
    answers = np.array([run["quantiles"] for name in ("stock", "ours") for run in runs[name]])
    difference = float(np.ptp(answers, axis=0).max())
    is_whole = all(run["rows_out"] == rows for done in runs.values() for run in done)
    is_met = ratio <= MOST_OF_STOCK and difference <= TOLERANCE and is_whole
    return {"seconds": seconds, "ratio": ratio, "difference": difference, "is_met": is_met}


def print_table(console: Console, runs: dict[str, list[dict[str, Any]]], rows: int) -> None:
    """Prints medians."""
    headings = "", "rows in", "rows out", "seconds", "rows/s", "peak"
    table = Table(*headings, box=None, padding=(0, 2, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    for name, done in runs.items():
        seconds = statistics.median(run["seconds"] for run in done)
        table.add_row(
            CONTENDERS[name],
            f"{rows:,}",
            f"{min(run['rows_out'] for run in done):,}",
            f"{seconds:.1f}",
            f"{rows / seconds:,.0f}",
            f"{statistics.median(run['peak_mib'] for run in done):.0f} MiB",
        )
    console.print(table)


if __name__ == "__main__":
    main()
