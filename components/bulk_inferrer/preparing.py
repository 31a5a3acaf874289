"""What is known of a batch before anything heavy is loaded."""

from dataclasses import dataclass
from pathlib import Path

from components.bulk_inferrer.folder import Plan
from components.bulk_inferrer.inputs import PART_BYTES, Inputs, cut, find_inputs
from components.bulk_inferrer.needs import Needs
from components.example_gen.tasks import Task


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked for.

    Attributes:
        input: A location of files.
        format: Of files whose names do not say it; `auto` for none.
        folder: Where the predictions go.
        model: Folder of the SavedModel.
        name: The model's name.
        version: Its version.
        digest: Of its files.
        key: The column whose values are the rows' keys; empty for file and row number.
        missing: Texts that in columns of numbers mean that nothing is there.
        identifiers: Columns whose values are shown nowhere.
        expected: What a model is given in which it is not to be seen what it takes.
    """

    input: str
    format: str = "auto"
    folder: Path
    model: str
    name: str
    version: int
    digest: str
    key: str = ""
    missing: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    expected: Needs


@dataclass(frozen=True)
class Prepared:
    """A request whose files were found.

    Attributes:
        request: What is asked for.
        inputs: The files.
        tasks: What is read for each output file.
        plan: What is computed.
    """

    request: Request
    inputs: Inputs
    tasks: list[Task]
    plan: Plan


def prepare(request: Request, part_bytes: int = PART_BYTES) -> Prepared:
    """Finds the files and cuts them.

    Args:
        request: What is asked for.
        part_bytes: About how much is read for each output file.

    Raises:
        InputError: there are none, or one cannot be read.
        DataRefused: a file makes no sense.
    """
    inputs = find_inputs(request.input, request.format)
    tasks = cut(inputs, part_bytes)
    plan = Plan(
        model=request.name,
        version=request.version,
        digest=request.digest,
        input=inputs.fingerprint,
        key=request.key,
        parts=len(tasks),
    )
    return Prepared(request, inputs, tasks, plan)
