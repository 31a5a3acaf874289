"""One node's execution, in the process that runs it: what a cluster's container does too.

An execution arrives as TFX's own `ExecutionInvocation` message and leaves as its `ExecutorOutput`,
through files. Errors leave as a few words for the terminal; the whole story is in the log.
"""

import contextlib
import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any

from components import progress

_FAILED = 1
_REFUSED = 3
_WHILE_RUNNING = " [while running "


def answer(request: dict[str, Any]) -> int:
    """Does what the request asks for; returns the exit status.

    Args:
        request: `do` ("run" or "compile") and the files that belong to it, as `executors.py`
            wrote it. `error` is where the cause goes when something fails, `progress` where the
            last that the step said of its progress is.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)
    logging.getLogger(progress.LOGGER).addHandler(_LastWords(Path(request["progress"])))
    try:
        if request["do"] == "compile":
            _compile(request)
        else:
            _run(request)
    except Exception as error:
        traceback.print_exc()
        status, message = cause(error)
        Path(request["error"]).write_text(json.dumps({"message": message}), encoding="utf-8")
        return status
    return 0


class _LastWords(logging.Handler):
    """Keeps the last message in a file, whole at any time."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        partial = self._path.with_suffix(".partial")
        # What nobody can be shown is still in the log, and no reason to stop the work.
        with contextlib.suppress(OSError):
            partial.write_text(record.getMessage(), encoding="utf-8")
            partial.replace(self._path)


def _compile(request: dict[str, Any]) -> None:
    from tfx.dsl.compiler import compiler

    from pipeline.config import load
    from pipeline.graph import create_pipeline

    config = load(request["config"], request["where"], tuple(request["overrides"]))
    ir = compiler.Compiler().compile(create_pipeline(config.what, config.where))
    result = Path(request["result"])
    partial = result.with_suffix(".partial")
    partial.write_bytes(ir.SerializeToString(deterministic=True))
    partial.rename(result)


def _run(request: dict[str, Any]) -> None:
    from tfx.proto.orchestration import executable_spec_pb2, execution_invocation_pb2

    invocation = execution_invocation_pb2.ExecutionInvocation.FromString(
        Path(request["invocation"]).read_bytes()
    )
    spec = (
        executable_spec_pb2.BeamExecutableSpec()
        if request["is_beam"]
        else executable_spec_pb2.PythonClassExecutableSpec()
    )
    spec.ParseFromString(bytes.fromhex(request["executor_spec"]))
    output = run_executor(invocation, spec)
    Path(request["result"]).write_bytes(output.SerializeToString())


def run_executor(invocation: Any, spec: Any) -> Any:
    """Runs one executor as TFX's own launcher would, here and in a cluster's container.

    Args:
        invocation: TFX's `ExecutionInvocation`; its folders are there.
        spec: TFX's `BeamExecutableSpec` or `PythonClassExecutableSpec`.

    Returns:
        TFX's `ExecutorOutput`.
    """
    from tfx.orchestration.portable import data_types
    from tfx.proto.orchestration import executable_spec_pb2

    info = data_types.ExecutionInfo.from_proto(invocation)
    if isinstance(spec, executable_spec_pb2.BeamExecutableSpec):
        import apache_beam as beam
        from tfx.orchestration.portable import beam_executor_operator

        beam_operator = beam_executor_operator.BeamExecutorOperator(spec)
        arguments = list(spec.beam_pipeline_args)
        # Given arguments, TFX packs its own sources for remote workers at the start of every
        # Beam step, for seconds. Ours have TFX installed; so they come with the pipeline instead.
        beam_operator.beam_pipeline_args = []
        return beam_operator.run_executor(info, lambda: beam.Pipeline(argv=arguments))
    from tfx.orchestration.portable import python_executor_operator

    return python_executor_operator.PythonExecutorOperator(spec).run_executor(info)


def cause(error: BaseException) -> tuple[int, str]:
    """Returns the exit status and the few words that a person is shown of an error."""
    from components.errors import ComponentError, Refused
    from pipeline.errors import UserError
    from registry import RegistryError
    from schema import SchemaError

    message = str(error).split(_WHILE_RUNNING, maxsplit=1)[0].strip()
    if isinstance(error, Refused):
        return _REFUSED, message
    if isinstance(error, ComponentError | RegistryError | SchemaError | UserError):
        return _FAILED, message
    first_lines = "\n".join(message.splitlines()[:2])[:400]
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return _FAILED, f"{type(error).__name__}: {first_lines} ({where})"
