"""Our ExampleGen against TFX's: CsvExampleGen on CSV, FileBasedExampleGen on Parquet.

`make bench`, or `python benchmarks/ingest.py --repeats 3 --rows 300000`. The rows are the packaged
taxi trips, over and over. On each file the two run in turn, each in a process of its own; figures
are medians of the executors' times.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from alone import Result, measured, median
from rich.console import Console
from rich.table import Table

from benchmarks.runs import PROJECT
from components.locations import resolve

TRIPS = "package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"


@dataclass(frozen=True)
class Case:
    """One size of one kind of file.

    Attributes:
        kind: `csv` or `parquet`.
        rows: How many there are.
        with_stock: Whether TFX's runs on it, too.
    """

    kind: str
    rows: int
    with_stock: bool


@click.command()
@click.option("--repeats", default=3, show_default=True, help="Runs of each; medians are shown.")
@click.option("--rows", default=(300_000, 1_000_000), show_default=True, multiple=True, type=int)
@click.option("--alone", default=3_000_000, show_default=True, help="Rows on which only ours runs.")
@click.option("--out", default="var/bench/ingest.json", show_default=True, type=Path)
def main(repeats: int, rows: tuple[int, ...], alone: int, out: Path) -> None:
    """Runs all cases and prints the comparison."""
    console = Console()
    folder = (PROJECT / "var" / "bench" / "ingest").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cases = [Case(kind, count, True) for kind in ("csv", "parquet") for count in rows]
    cases += [Case(kind, alone, False) for kind in ("csv", "parquet") if alone]
    table = Table(
        "", "rows", "stock", "ours", "times faster", "peak", box=None, padding=(0, 2, 0, 0)
    )
    for column in table.columns[1:]:
        column.justify = "right"
    results = []
    for case in cases:
        console.print(f"{case.kind}, {case.rows:,} rows", highlight=False)
        ours, stock = run_case(case, folder, repeats)
        results.append({**asdict(case), "ours": asdict(ours), "stock": stock and asdict(stock)})
        table.add_row(*_cells(case, ours, stock))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2), encoding="utf-8")
    shutil.rmtree(folder)
    console.print(table)
    console.print(f"\nwritten to {out}", highlight=False)


def run_case(case: Case, folder: Path, repeats: int) -> tuple[Result, Result | None]:
    """Runs one case: both in turn, as often as asked."""
    file = make_file(case, folder)
    ours, stock = [], []
    for _ in range(repeats):
        if case.with_stock:
            stock.append(run_one("stock", case.kind, file, folder / "out"))
        ours.append(run_one("ours", case.kind, file, folder / "out"))
    file.unlink()
    return median(ours), median(stock) if stock else None


def run_one(whose: str, kind: str, file: Path, folder: Path) -> Result:
    """Runs one ExampleGen in a process of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return measured("ingest_one.py", whose, kind, file, folder)


def make_file(case: Case, folder: Path) -> Path:
    """Writes that many taxi trips."""
    lines = Path(resolve(TRIPS)).read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / f"trips-{case.rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(lines[0])
        file.writelines(_endless(lines[1:], case.rows))
    if case.kind == "csv":
        return path
    table = pa_csv.read_csv(path)
    path.unlink()
    pq.write_table(table, path.with_suffix(".parquet"), row_group_size=100_000)
    return path.with_suffix(".parquet")


def _endless(lines: list[str], count: int) -> Iterator[str]:
    for start in range(0, count, len(lines)):
        yield from lines[: count - start]


def _cells(case: Case, ours: Result, stock: Result | None) -> tuple[str, ...]:
    return (
        case.kind,
        f"{case.rows:,}",
        f"{stock.seconds:.1f} s" if stock else "",
        f"{ours.seconds:.1f} s",
        f"{stock.seconds / ours.seconds:.1f}" if stock else "",
        f"{ours.peak_mib:.0f} MiB",
    )


if __name__ == "__main__":
    main()
