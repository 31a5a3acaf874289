"""The command line of a step: two arguments, a child that does the work, an exit status."""

import gc
import json
import sys
import traceback
from argparse import ArgumentParser
from pathlib import Path
from typing import NoReturn

from stepping.errors import StepError
from stepping.supervising import supervise


def main(arguments: list[str]) -> int:
    """Runs the step that the arguments describe; returns the exit status."""
    # TFX hands what is left of them to the executor as flags of its own.
    sys.argv = sys.argv[:1]
    parser = _Parser(prog="entrypoint.py", allow_abbrev=False, add_help=False)
    parser.add_argument("--node", required=True)
    parser.add_argument("--executor_input", required=True)

    def work(scratch: Path) -> int:
        return _work(parser, arguments, scratch)

    return supervise(_name(arguments), work)


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise StepError(f"{message}; expected --node NODE --executor_input INPUT")


def _name(arguments: list[str]) -> str:
    """The step's name, for the log; whatever is wrong with the arguments is said by the child."""
    try:
        return str(json.loads(arguments[arguments.index("--node") + 1])["id"])
    except (ValueError, LookupError, TypeError):
        return "step"


def _work(parser: ArgumentParser, arguments: list[str], scratch: Path) -> int:
    from pipeline.runner.execute import cause
    from pipeline.runner.orphans import die_with_parent
    from stepping import surroundings

    die_with_parent()
    surroundings.prepare(scratch)
    try:
        told = parser.parse_args(arguments)
        # Imports make a million objects that stay: collecting among them is a quarter of the time.
        gc.disable()
        from stepping.running import run

        for line in run(told.node, told.executor_input, scratch):
            print(line, flush=True)
    except BaseException as error:
        if not isinstance(error, StepError):
            traceback.print_exc()
        status, message = cause(error)
        (scratch / "cause").write_text(message, encoding="utf-8")
        return status
    return 0
