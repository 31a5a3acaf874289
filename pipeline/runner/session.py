"""From a configuration to a finished run: everything round the graph's execution."""

import contextlib
import datetime
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import ml_metadata as mlmd
from tfx.proto.orchestration import pipeline_pb2

from components.code_fingerprint import code_fingerprint
from pipeline.config import Config, load
from pipeline.errors import StoreError
from pipeline.runner import compiled
from pipeline.runner.artifact_dirs import ExecutionDirs
from pipeline.runner.executors import ExecutorHost, LazyHost
from pipeline.runner.local import LocalRun, Place, Report
from pipeline.runner.lock import run_lock
from pipeline.runner.nodes import Node, needed_for, read_nodes
from pipeline.runner.plan import Planned, plan
from pipeline.runner.states import Outcome
from pipeline.runner.store import Store

View = Callable[[list[str]], AbstractContextManager[Report]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes:
        config: The *what* file.
        where: The *where* file.
        overrides: `key=value` texts of `--set`.
        until: The last node to run; None for all.
        fresh: Run everything, whatever is cached.
    """

    config: str
    where: str
    overrides: tuple[str, ...] = ()
    until: str | None = None
    fresh: bool = False


def run(request: Request, view: View, say: Say, *, now: datetime.datetime) -> Outcome:
    """Runs the pipeline.

    Args:
        request: What to run.
        view: Given the node ids, shows their states while the run lasts.
        say: Tells the user something in a line.
        now: The run's name is made from it.

    Returns:
        How it ended. A failing node is an outcome, not an error.

    Raises:
        UserError: the run could not begin.
    """
    config = load(request.config, request.where, request.overrides)
    run_id = _run_id(now)
    with (
        _storage_errors_in_words(),
        run_lock(config.where.metadata_path),
        _session(request, config, run_id, say) as session,
    ):
        nodes = needed_for(read_nodes(session.ir), request.until)
        _recover(session.store, config, nodes, say)
        planned = plan(nodes, session.store, fresh=request.fresh)
        session.host.import_ahead([n for n in nodes.values() if not planned[n.id].is_cached])
        session.store.begin_run(run_id, _facts(request, config, list(nodes)))
        with view(list(nodes)) as report:
            outcome = LocalRun(
                run_id=run_id,
                nodes=nodes,
                pipeline_info=session.ir.pipeline_info,
                store=session.store,
                place=Place(
                    config.where.artifacts_dir,
                    config.where.logs_dir,
                    config.where.run.parallel_nodes,
                ),
                host=session.host,
                report=report,
                fresh=request.fresh,
            ).run()
        session.store.end_run(run_id, outcome.word, outcome.cause)
    return outcome


def planned(request: Request, say: Say, *, now: datetime.datetime) -> dict[str, Planned]:
    """Returns what a run would do with each node; runs and records nothing."""
    config = load(request.config, request.where, request.overrides)
    run_id = _run_id(now)
    with _storage_errors_in_words(), _session(request, config, run_id, say) as session:
        nodes = needed_for(read_nodes(session.ir), request.until)
        return plan(nodes, session.store, fresh=request.fresh)


@dataclass(frozen=True)
class _Session:
    ir: pipeline_pb2.Pipeline
    store: Store
    host: LazyHost


@contextlib.contextmanager
def _session(request: Request, config: Config, run_id: str, say: Say) -> Iterator[_Session]:
    root = config.where.artifacts_dir
    host = ExecutorHost(root / ".system" / "runs" / run_id, config.where.logs_dir / run_id)
    with LazyHost(host) as lazy_host:
        path = compiled.compiled_path(root, config.fingerprint)
        if not path.exists():
            say("building the graph (once for this configuration)")
            compiled.compile_into(
                path, lazy_host.started(), request.config, request.where, request.overrides
            )
        store = Store(config.where.metadata_path, config.what.name)
        yield _Session(compiled.read(path), store, lazy_host)


@contextlib.contextmanager
def _storage_errors_in_words() -> Iterator[None]:
    """A full disk or a folder of somebody else's is the user's to mend, not a traceback."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename or 'storage'}: {error.strerror or error}"
        msg = f"{what}; make room, or let this user write there"
        raise StoreError(msg) from error
    except mlmd.errors.StatusError as error:
        msg = f"the metadata store does not take a record: {error}; is its disk full?"
        raise StoreError(msg) from error


def _recover(store: Store, config: Config, nodes: dict[str, Node], say: Say) -> None:
    """Closes the records of a run that was killed, and removes what it left half written."""
    abandoned = store.abandoned(nodes.values())
    for node, execution_id in abandoned:
        ExecutionDirs(config.where.artifacts_dir, node, execution_id).discard()
        store.fail(execution_id, "its run was killed", canceled=True)
    for record in store.runs():
        if record.outcome == "running":
            store.end_run(record.run_id, "killed", "")
    if abandoned:
        names = ", ".join(node.id for node, _ in abandoned)
        say(f"the last run was killed in {names}; going on from there")


def _facts(request: Request, config: Config, nodes: list[str]) -> dict[str, int | str]:
    """What is kept of a run so that reports can tell later what it was made with."""
    return {
        "config": request.config,
        "config_fingerprint": config.fingerprint,
        "what_fingerprint": config.what.fingerprint,
        "configuration": json.dumps(
            {
                "what": config.what.model_dump(mode="json", by_alias=True),
                "where": config.where.model_dump(mode="json", by_alias=True),
            }
        ),
        "code_version": code_fingerprint(),
        "nodes": json.dumps(nodes),
    }


def _run_id(now: datetime.datetime) -> str:
    """To the millisecond: the lock keeps two runs further apart than that."""
    return f"{now:%Y-%m-%dT%H-%M-%S}-{now.microsecond // 1000:03d}"
