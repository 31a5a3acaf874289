"""The embedded server under load, beside the model in process and a FastAPI server round it.

`make bench-serving`, or `python benchmarks/serving_compare.py --rounds 3 --slo-p99-ms 50`.
Clients send real rows to a model that one run of the taxi pipeline pushed. Within a round everyone
is measured in turn, so that a machine that slows down slows all of them; figures are medians.
Ends with 1 when an objective that was stated is missed.
"""

import json
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click
from alone import last_line
from rich.console import Console
from serving_load import Load
from serving_servers import embedded, fastapi
from serving_verdict import (
    BATCHED,
    BATCHES,
    FASTAPI,
    IN_PROCESS,
    IN_PROCESS_BATCH,
    REST,
    ROWS,
    UNBATCHED,
    bars,
    median,
    objectives,
    print_figures,
    print_verdicts,
)

from benchmarks.runs import PROJECT, TFXP, where_below

_SIZES = click.Choice([str(size) for size in BATCHES])


@click.command()
@click.option("--rounds", default=3, show_default=True, help="Times that all is measured.")
@click.option("--seconds", default=4.0, show_default=True, help="Of load, each time.")
@click.option("--clients", default=32, show_default=True, help="That ask at once.")
@click.option("--slo-p99-ms", type=float, help="Objective: p99 over gRPC, at most.")
@click.option("--slo-rows-per-s", type=float, help="Objective: rows/s over gRPC, at least.")
@click.option("--slo-rows", type=_SIZES, default="1", show_default=True,
              help="Rows of the requests that the objectives are about.")  # fmt: skip
@click.option("--out", default="var/bench/serving.json", show_default=True, type=Path)
def main(
    rounds: int,
    seconds: float,
    clients: int,
    slo_p99_ms: float | None,
    slo_rows_per_s: float | None,
    slo_rows: str,
    out: Path,
) -> None:
    """Measures everyone and prints the comparison."""
    console = Console(highlight=False)
    folder = PROJECT / "var" / "bench" / "serving"
    model = pushed_model(folder, console)
    requests = written_requests(folder, model)
    measured: dict[tuple[str, int], list[Load]] = {}
    with ExitStack() as servers:
        targets = start(folder, model, servers)
        for number in range(1, rounds + 1):
            console.print(f"round {number} of {rounds}")
            for name, (target, kind) in targets.items():
                for size in BATCHES:
                    load = _asked(target, requests / f"{kind}-{size}", size, clients, seconds)
                    measured.setdefault((name, size), []).append(load)
            load = _in_process(model, requests / f"raw-{IN_PROCESS_BATCH}", seconds)
            measured.setdefault((IN_PROCESS, IN_PROCESS_BATCH), []).append(load)
    figures = {key: median(loads) for key, loads in measured.items()}
    stated = objectives(figures, int(slo_rows), slo_p99_ms, slo_rows_per_s)
    promised = bars(figures)
    console.print(f"\n{clients} clients; medians of {rounds} rounds of {seconds:g} s\n")
    print_figures(console, figures)
    console.print()
    print_verdicts(console, [*promised, *stated])
    results = {
        "clients": clients,
        "figures": [
            {"contender": name, "rows": size, **asdict(load), "rounds": measured[name, size]}
            for (name, size), load in figures.items()
        ],
        "bars": promised,
        "objectives": stated,
        "objectives_met": all(verdict.is_met for verdict in stated) if stated else None,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, default=asdict, indent=2), encoding="utf-8")
    console.print(f"\nwritten to {out}")
    if results["objectives_met"] is False:
        sys.exit(1)


def pushed_model(folder: Path, console: Console) -> Path:
    """The newest version below `folder`; a run of the pipeline pushes one if there is none."""
    base = folder / "serving" / "taxi"
    if not any(base.glob("[0-9]*")):
        console.print("no model yet: running the taxi pipeline")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run([TFXP, "run", "--where", where_below(folder)], check=True, cwd=PROJECT)
    return max(base.glob("[0-9]*"), key=lambda version: int(version.name))


def written_requests(folder: Path, model: Path) -> Path:
    """The folder of the requests, made of the newest evaluation split of the run."""
    out = folder / "requests"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    splits = (folder / "artifacts" / "ExampleGen" / "examples").glob("*/Split-eval")
    newest = max(splits, key=lambda split: int(split.parent.name))
    schema = PROJECT / "schema" / "taxi" / "schema.pbtxt"
    script = PROJECT / "benchmarks" / "serving_requests.py"
    command = [sys.executable, script, model, newest, schema, out]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return out


def start(folder: Path, model: Path, servers: ExitStack) -> dict[str, tuple[str, str]]:
    """Starts them all; by contender, where it is asked and with which requests."""
    ours = ["--model-name", model.parent.name, "--model-base-path", model.parent]
    batched = servers.enter_context(embedded(folder / "batched", *ours))
    plain = servers.enter_context(embedded(folder / "plain", *ours, "--no-batching"))
    peer = servers.enter_context(fastapi(folder / "fastapi", model))
    rest = f"http://127.0.0.1:{batched.rest}/v1/models/{model.parent.name}:predict"
    return {
        BATCHED: (f"grpc://127.0.0.1:{batched.grpc}", "examples"),
        UNBATCHED: (f"grpc://127.0.0.1:{plain.grpc}", "examples"),
        ROWS: (f"grpc://127.0.0.1:{batched.grpc}", "rows"),
        REST: (rest, "rest"),
        FASTAPI: (f"http://127.0.0.1:{peer.rest}/predict", "fastapi"),
    }


def _asked(target: str, requests: Path, rows: int, clients: int, seconds: float) -> Load:
    numbers = map(str, (rows, clients, seconds))
    return Load(**json.loads(last_line("serving_load.py", target, requests, *numbers)))


def _in_process(model: Path, requests: Path, seconds: float) -> Load:
    return Load(**json.loads(last_line("serving_in_process.py", model, requests, str(seconds))))


if __name__ == "__main__":
    main()
