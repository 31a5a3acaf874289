"""Versions come and go while clients ask: no request may fail, no wrong version may answer.

`python benchmarks/serving_rollout.py --seconds 60 --clients 32`. Versions are pushed and labelled
canary, promoted and rolled back, and broken ones are dropped in, over and over. Ends with 1 when a
request failed or a version answered that was not asked for.
"""

import itertools
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import registry
from benchmarks.serving_models import make, numbered
from benchmarks.serving_servers import embedded
from benchmarks.serving_timeline import LATEST, Timeline
from benchmarks.serving_watch import CANARY, STABLE, Seen, watching
from registry import Record
from registry.errors import VersionRefused
from registry.rollout import Rollout
from registry.server import Server

MODEL = "numbered"
_SERVER_S = 60


@dataclass(frozen=True)
class Report:
    """What happened.

    Attributes:
        seen: By the clients.
        done: How often each action was.
    """

    seen: Seen
    done: Counter[str]


def roll(work_dir: Path, seconds: float, clients: int) -> Report:
    """Rolls versions out and back below a load, every action at least once.

    Args:
        work_dir: An empty folder.
        seconds: How long; the actions of a turn are finished.
        clients: That ask at once.
    """
    base = work_dir / "base"
    make(work_dir / "model")
    for label in (STABLE, CANARY):
        registry.set_label(base, MODEL, label, _push(base, work_dir))
    config = ["--model-config-file", base / "models.config", "--config-poll-s", "0.2"]
    with embedded(work_dir / "server", *config, "--load-attempts", "1") as server:
        timeline = Timeline({STABLE: 1, CANARY: 2, LATEST: 2})
        address = f"127.0.0.1:{server.grpc}"
        actions = _Actions(base, work_dir, timeline, Server(address=address, timeout_s=_SERVER_S))
        with watching(server, MODEL, timeline, clients) as seen:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                actions.turn()
    return Report(seen, actions.done)


class _Actions:
    """What is done to the versions, with what the labels may mean meanwhile."""

    def __init__(self, base: Path, work_dir: Path, timeline: Timeline, server: Server) -> None:
        self._base, self._work_dir, self._timeline = base, work_dir, timeline
        self._rollout = Rollout(base, MODEL, server)
        self.done: Counter[str] = Counter()

    def turn(self) -> None:
        """Each action, in an order in which every one has something to do."""
        before = self._timeline.now(STABLE)
        version = _push(self._base, self._work_dir)
        with self._moving("canary", {CANARY: version}):
            self._rollout.label(CANARY, version)
        self._drop_broken()
        with self._moving("promote", {STABLE: version}):
            self._rollout.promote()
        with self._moving("roll back", {STABLE: before, CANARY: before}):
            self._rollout.rollback()
        with self._moving("promote", {STABLE: version, CANARY: version}):
            self._rollout.promote(version)

    def _moving(self, name: str, aims: dict[str, int]):
        self.done[name] += 1
        named = {key: self._timeline.now(key) for key in (STABLE, CANARY)} | aims
        return self._timeline.moving(aims | {LATEST: max(named.values())})

    def _drop_broken(self) -> None:
        """A version whose graph cannot be read; no label may move to it."""
        version = _push(self._base, self._work_dir, is_broken=True)
        try:
            self._rollout.label(CANARY, version)
        except VersionRefused:
            self.done["broken, refused"] += 1


def _push(base: Path, work_dir: Path, *, is_broken: bool = False) -> int:
    """Pushes a model that answers with the number that its version gets."""
    there = registry.versions(base, MODEL) if base.exists() else ()
    number = 1 + max(there, default=0)
    source = numbered(work_dir / "model", work_dir / f"source-{number}", number)
    if is_broken:
        graph = source / "saved_model.pb"
        graph.write_bytes(graph.read_bytes()[: graph.stat().st_size // 2])
    version = registry.push(source, base, MODEL, Record())
    shutil.rmtree(source)
    if version != number:
        msg = f"pushed as version {version}; expected {number}"
        raise RuntimeError(msg)
    return version


def print_report(console: Console, report: Report, seconds: float) -> None:
    """What was asked and done, and what went wrong."""
    table = Table("", "", box=None, show_header=False, padding=(0, 2, 0, 0))
    table.columns[1].justify = "right"
    for name, count in itertools.chain(report.done.items(), sorted(report.seen.answers.items())):
        table.add_row(name, f"{count:,}")
    table.add_row("answers a second", f"{report.seen.answers.total() / seconds:,.0f}")
    table.add_row("versions that answered", str(len(report.seen.versions)))
    table.add_row("failed requests", str(len(report.seen.failed)))
    table.add_row("answers of a wrong version", str(len(report.seen.wrong)))
    console.print(table)
    for text in [*report.seen.failed, *report.seen.wrong]:
        console.print(text, markup=False, style="red")


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="Of load.")
@click.option("--clients", default=32, show_default=True, help="That ask at once.")
def main(seconds: float, clients: int) -> None:
    """Rolls out and back below a load and prints what the clients saw."""
    with tempfile.TemporaryDirectory() as work_dir:
        began = time.monotonic()
        report = roll(Path(work_dir), seconds, clients)
    print_report(Console(highlight=False), report, time.monotonic() - began)
    if report.seen.failed or report.seen.wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
