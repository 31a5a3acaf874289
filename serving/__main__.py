"""`python -m serving --model-base-path DIR`: serves until it is told to stop."""

import asyncio
import sys

from serving.command_line import parse
from serving.server import CannotServe, serve


def main() -> int:
    """Returns the exit code: 0 when it was told to stop, 1 when it cannot serve."""
    options = parse(sys.argv[1:])
    try:
        asyncio.run(serve(options, _say))
    except CannotServe as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
