"""How good our models are beside LightGBM, a linear model and a trivial one, on public tables.

`make bench`, or `python benchmarks/quality.py --seeds 5 --table taxi`. For every table and seed a
fifth of the rows is drawn and put aside; everybody learns from the same others, and nobody is told
anything about the table but its label. Ours is `tfxp init` and `tfxp run`, whose exported
SavedModel is asked.
"""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np
import pandas as pd
from contenders import CONTENDERS, Answers
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from tables import TABLES, TableToLearn, Task

from benchmarks.runs import PROJECT, TFXP, where_below
from pipeline.starting.project import start
from pipeline.starting.wishes import Wishes

OURS = "ours"

_HELD_OUT = 0.2
# Says which rows are judged; it is no feature, as nobody else has it either.
_ORDER = "row_order"

Scores = dict[str, list[float]]
"""By contender, one a seed: AUC (of several classes, the mean of one against the rest), or RMSE."""


@click.command()
@click.option("--seeds", default=5, show_default=True, help="Splits of every table.")
@click.option("--table", "names", multiple=True, type=click.Choice(list(TABLES)), help="Only it.")
@click.option("--out", default="var/bench/quality.json", show_default=True, type=Path)
def main(seeds: int, names: Sequence[str], out: Path) -> None:
    """Measures all tables and prints the comparison."""
    console = Console()
    folder = (PROJECT / "var" / "bench" / "quality").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    scores: dict[str, Scores] = {}
    for name in names or TABLES:
        scores[name] = {contender: [] for contender in (OURS, *CONTENDERS)}
        for seed in range(seeds):
            console.print(f"{name}, seed {seed + 1} of {seeds}", highlight=False)
            for contender, score in measure(name, seed, folder / f"{name}-{seed}").items():
                scores[name][contender].append(score)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(scores, indent=2), encoding="utf-8")
    print_table(console, scores)
    console.print(f"\nwritten to {out}", highlight=False)


def measure(name: str, seed: int, folder: Path) -> dict[str, float]:
    """The score of every contender on one split of one table."""
    table = TABLES[name]
    rows = table.read().sample(frac=1, random_state=seed, ignore_index=True)
    rows = rows[rows[table.label].notna()].reset_index(drop=True)
    train = len(rows) - round(_HELD_OUT * len(rows))
    label, answers = answers_of_ours(name, rows.assign(**{_ORDER: rows.index}), train, seed, folder)
    scores = {OURS: score(table.task, label, answers)}
    label, features = encoded(table, rows)
    for contender, answer in CONTENDERS.items():
        found = answer(table.task, features[:train], label[:train], features[train:], seed)
        scores[contender] = score(table.task, label[train:], found)
    shutil.rmtree(folder)
    return scores


def answers_of_ours(
    name: str, rows: pd.DataFrame, train: int, seed: int, folder: Path
) -> tuple[Answers, Answers]:
    """Labels and answers of the rows from number `train` on, of a model that learnt the others."""
    folder.mkdir(parents=True)
    data = folder / "rows.parquet"
    rows.to_parquet(data, index=False)
    table = TABLES[name]
    wishes = Wishes(table.label, table.task, (_ORDER,), _ORDER, None, ())
    started = start(name, str(data), wishes, project=folder)
    command = [
        *(TFXP, "run", "--until", "Trainer"),
        *("--config", started.config, "--where", where_below(folder)),
        *("--set", f"data.schema='{started.schema}'"),
        *("--set", f"data.split_starts={{eval='{train}'}}"),
        *("--set", f"training.seed={seed}"),
    ]
    _run(command, folder / "run.log")
    (model,) = folder.glob("artifacts/**/Format-Serving")
    (examples,) = folder.glob("artifacts/**/ExampleGen/**/Split-eval")
    out = folder / "answers.npz"
    script = PROJECT / "benchmarks" / "ask_model.py"
    asking = [sys.executable, script, model, examples, table.label, out]
    _run(asking, folder / "ask.log")
    with np.load(out) as found:
        return found["label"], found["answers"]


def encoded(table: TableToLearn, rows: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """The label as numbers, and the features with dates as days."""
    label, features = rows[table.label], rows.drop(columns=[table.label])
    if table.task != "regression":
        label = pd.Series(pd.factorize(label, sort=True)[0])
    for column in features.select_dtypes(["object", "string"]):
        when = pd.to_datetime(features[column], format="ISO8601", errors="coerce")
        if when.notna().equals(features[column].notna()):
            features[column] = (when - pd.Timestamp(0)) / pd.Timedelta(days=1)
    return label, features


def score(task: Task, label: Answers | pd.Series, answers: Answers) -> float:
    """AUC, or RMSE."""
    match task:
        case "regression":
            return float(root_mean_squared_error(label, answers))
        case "binary":
            # Which of the two is class 1 is no matter, as long as both agree.
            return max(found := float(roc_auc_score(label, answers[:, 1])), 1 - found)
        case "multiclass":
            return float(roc_auc_score(label, answers, multi_class="ovr"))


def gap(task: Task, ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How much worse our mean is: in AUC, or as a share of their RMSE. Below 0 it is better."""
    mine, other = statistics.mean(ours), statistics.mean(theirs)
    return mine / other - 1 if task == "regression" else other - mine


def print_table(console: Console, scores: Mapping[str, Scores]) -> None:
    """Prints means over the seeds, and our gap to LightGBM."""
    table = Table("", "metric", OURS, *CONTENDERS, "gap", box=None, padding=(0, 2, 0, 0))
    for column in table.columns[2:]:
        column.justify = "right"
    gaps = []
    for name, found in scores.items():
        task = TABLES[name].task
        metric, digits = ("RMSE", 5) if task == "regression" else ("AUC", 4)
        gaps.append(gap(task, found[OURS], found["LightGBM"]))
        shown = f"{gaps[-1]:+.1%}" if task == "regression" else f"{gaps[-1]:+.4f}"
        means = (f"{statistics.mean(values):.{digits}g}" for values in found.values())
        table.add_row(name, metric, *means, shown)
    console.print(table)
    console.print(f"median gap to LightGBM: {statistics.median(gaps):+.4f}", highlight=False)


def _run(command: Sequence[str | Path], log: Path) -> None:
    with log.open("wb") as sink:
        status = subprocess.run(
            list(map(str, command)), stdout=sink, stderr=subprocess.STDOUT, cwd=PROJECT
        ).returncode
    if status:
        msg = f"{' '.join(map(str, command))} ended with status {status}; log: {log}"
        raise RuntimeError(msg)


if __name__ == "__main__":
    main()
