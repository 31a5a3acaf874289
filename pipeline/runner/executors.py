"""The runner's end of the executor host: starts it, sends executions, collects how they ended."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tfx.proto.orchestration import (
    executable_spec_pb2,
    execution_invocation_pb2,
    execution_result_pb2,
)

from pipeline.runner.code_version import PROJECT
from pipeline.runner.nodes import Node

_REFUSED = 3


@dataclass(frozen=True)
class Ended:
    """How an execution ended.

    Attributes:
        name: The node's id, or the name of the request.
        output: What the executor says of its outputs; None when it did not end well.
        error: The cause in a few words; empty when it ended well.
        refused: Whether a gate said no, rather than something being broken.
    """

    name: str
    output: execution_result_pb2.ExecutorOutput | None
    error: str = ""
    refused: bool = False


class ExecutorHost:
    """A context manager round the host process; leaving it stops whatever still runs."""

    def __init__(self, work_dir: Path, log_dir: Path) -> None:
        """Prepares, but starts nothing.

        Args:
            work_dir: Where messages are exchanged; belongs to this run alone.
            log_dir: Gets one log file a node, and `host.log`.
        """
        self._work_dir = work_dir
        self._log_dir = log_dir
        self._requests: dict[str, dict[str, Any]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    def __enter__(self) -> Self:
        """Starts the host; it imports in the background."""
        self._work_dir.mkdir(parents=True, exist_ok=True)
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.runner.host", str(self._log_dir / "host.log")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            # The second is for macOS, which otherwise stops forked children of a process that
            # has loaded certain frameworks; nothing of them is used between fork and work.
            env={
                **os.environ,
                "TF_CPP_MIN_LOG_LEVEL": "1",
                "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
            },
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the request pipe, at which the host stops its children and ends."""
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.close()
            process.wait(timeout=2)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()
        shutil.rmtree(self._work_dir, ignore_errors=True)

    def import_ahead(self, nodes: list[Node]) -> None:
        """Tells the host which executors it will need, in the order of need."""
        self._send({"do": "import", "executors": [node.executor for node in nodes]})

    def compile(self, config: str, where: str, overrides: tuple[str, ...], result: Path) -> None:
        """Asks for the compiled graph; ends as the request named `compile`."""
        self._begin(
            "compile",
            {
                "do": "compile",
                "needs": "pipeline.graph.create_pipeline",
                "config": str(Path(config).absolute()),
                "where": str(Path(where).absolute()),
                "overrides": overrides,
                "result": str(result),
            },
        )

    def run(self, node: Node, invocation: execution_invocation_pb2.ExecutionInvocation) -> None:
        """Starts a node's execution."""
        path = self._work_dir / f"{node.id}.invocation"
        path.write_bytes(invocation.SerializeToString())
        self._begin(
            node.id,
            {
                "do": "run",
                "needs": node.executor,
                "invocation": str(path),
                "executor_spec": node.executor_spec.SerializeToString().hex(),
                "is_beam": isinstance(node.executor_spec, executable_spec_pb2.BeamExecutableSpec),
                "result": str(self._work_dir / f"{node.id}.result"),
            },
        )

    def ended(self, wait_s: float) -> list[Ended]:
        """Returns what has ended since the last call; waits up to `wait_s` seconds for it."""
        process = self._running()
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], wait_s)
        if not readable:
            return []
        chunk = os.read(process.stdout.fileno(), 1 << 16)
        if not chunk:
            return self._host_died()
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        return [self._end(**json.loads(line)) for line in lines]

    def progress_of(self, name: str) -> str:
        """Returns the last that a running node said of its progress; empty before the first."""
        try:
            return Path(self._requests[name]["progress"]).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def log_of(self, name: str) -> Path:
        """Where a node's log is."""
        return self._log_dir / f"{name}.log"

    def _begin(self, name: str, request: dict[str, Any]) -> None:
        request = {
            **request,
            "name": name,
            "log": str(self.log_of(name)),
            "error": str(self._work_dir / f"{name}.error"),
            "progress": str(self._work_dir / f"{name}.progress"),
        }
        for leftover in (request["error"], request["result"], request["progress"]):
            Path(leftover).unlink(missing_ok=True)
        self._requests[name] = request
        self._send(request)

    def _send(self, request: dict[str, Any]) -> None:
        process = self._running()
        assert process.stdin is not None
        # A host that has died is noticed, with its cause, where events are read.
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return

    def _end(self, name: str, status: int) -> Ended:
        request = self._requests.pop(name)
        if status == 0:
            if request["do"] == "compile":
                return Ended(name, None)
            content = Path(request["result"]).read_bytes()
            return Ended(name, execution_result_pb2.ExecutorOutput.FromString(content))
        error_file = Path(request["error"])
        if error_file.exists():
            error = json.loads(error_file.read_text(encoding="utf-8"))["message"]
        elif status < 0:
            error = f"its process was killed by signal {-status}" + (
                " (out of memory?)" if status == -9 else ""
            )
        else:
            error = f"its process ended with status {status}"
        return Ended(name, None, error, refused=status == _REFUSED)

    def _host_died(self) -> list[Ended]:
        status = self._running().wait()
        error = f"the executor host ended with status {status}; see {self._log_dir / 'host.log'}"
        ended = [Ended(name, None, error) for name in self._requests]
        self._requests.clear()
        return ended

    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "use the host in a `with` block"
        return self._process


class LazyHost:
    """Starts the executor host when the first request needs it: a cached run needs none."""

    def __init__(self, host: ExecutorHost) -> None:
        """Takes the host, not started yet."""
        self._host = host
        self._stack = contextlib.ExitStack()
        self._ahead: list[Node] = []
        self._is_started = False

    def __enter__(self) -> Self:
        """Starts nothing yet."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stops the host, if it was started."""
        self.close()

    def import_ahead(self, nodes: list[Node]) -> None:
        """Names the nodes that will probably run, in the order of need."""
        self._ahead = nodes
        if self._is_started:
            self._host.import_ahead(nodes)

    def started(self) -> ExecutorHost:
        """Returns the running host; starts it at the first call."""
        if not self._is_started:
            self._is_started = True
            self._stack.enter_context(self._host)
            self._host.import_ahead(self._ahead)
        return self._host

    def close(self) -> None:
        """Stops the host and every execution in it."""
        self._stack.close()
