"""Starting a problem: a look at the data, decisions, and two files, both or none."""

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from components.errors import ComponentError
from components.example_gen.inputs import find_inputs
from components.example_gen.options import ExampleGenOptions, SplitOptions
from components.locations import resolve
from components.rows.parts import parts_of
from components.rows.reading import read_text
from pipeline.config import load
from pipeline.config.where import PROJECT
from pipeline.errors import ConfigError, UserError
from pipeline.starting.configuration import configuration_text
from pipeline.starting.contract import schema_text
from pipeline.starting.deciding import decide, explained
from pipeline.starting.profile import profile
from pipeline.starting.unread import Unread
from pipeline.starting.wishes import Wishes

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")
_PART_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Started:
    """A problem that can be run.

    Attributes:
        config: Its *what* file.
        schema: Its schema.
        lines: What was decided and why.
    """

    config: Path
    schema: Path
    lines: tuple[str, ...]


def start(
    name: str, data: str, wishes: Wishes, *, force: bool = False, project: Path = PROJECT
) -> Started:
    """Looks at the data and writes `configs/<name>.toml` and `schema/<name>/schema.pbtxt`.

    Args:
        name: Of the problem.
        data: Location of files, a glob or a pattern of spans, as a person types it.
        wishes: What the person said.
        force: Whether files of that name may be replaced.
        project: The folder of both.

    Raises:
        UserError: the name, the data or a wish cannot be used, or the files are there already.
    """
    config = project / "configs" / f"{name}.toml"
    schema = project / "schema" / name / "schema.pbtxt"
    _require_name(name)
    if not force:
        _require_absent(config, schema)
    location = _location(data)
    unread = Unread()
    try:
        table = profile(_rows(location, unread))
        if unread.rows and not table.rows:
            raise UserError(" ".join(unread.lines(0)))
        decisions = decide(table, wishes)
        contract, kinds = schema_text(table, decisions, wishes)
    except ComponentError as error:
        raise UserError(str(error)) from error
    text = configuration_text(name, location, table, decisions, wishes)
    _write(name, {config: text, schema: contract}, project)
    lines = (*explained(decisions, table, wishes, kinds), *unread.lines(table.rows))
    return Started(config, schema, lines)


def _rows(location: str, unread: Unread) -> Iterator[pa.RecordBatch]:
    everything = ExampleGenOptions(split=SplitOptions(shares={"all": 1}, starts={}))
    for source, file in find_inputs(location, everything).files:
        for part in parts_of(file.path, source.format, file.size, _PART_BYTES):
            yield from read_text(part, unread.add)


def _location(data: str) -> str:
    """As the configuration has it: below the project if it is there, else absolute."""
    if "://" in data:
        return data
    path = os.path.abspath(data)
    return os.path.relpath(path, PROJECT) if path.startswith(f"{PROJECT}{os.sep}") else path


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        nearest = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:128]
        hint = f"; such as {nearest!r}" if nearest else ""
        raise UserError(
            f"NAME {name!r}: expected small letters a-z, digits and -, the first not a -{hint}"
        )


def _require_absent(*paths: Path) -> None:
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise UserError(f"{' and '.join(there)}: there already; choose another NAME, or --force")


def _write(name: str, texts: dict[Path, str], project: Path) -> None:
    """Writes all files aside, reads them as a run would, and only then gives them their names."""
    asides: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(suffix=path.suffix, dir=path.parent, prefix=".init-")
            asides[path] = Path(aside)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            asides[path].chmod(0o644)
        _require_runnable(name, asides)
        for path, aside_path in asides.items():
            aside_path.replace(path)
    except OSError as error:
        msg = f"{error.filename or project}: {error.strerror or error}; nothing was written"
        raise UserError(msg) from error
    finally:
        for aside_path in asides.values():
            aside_path.unlink(missing_ok=True)


def _require_runnable(name: str, asides: dict[Path, Path]) -> None:
    config, schema = asides.values()
    try:
        load(str(config), resolve("configs/local.toml"), [f"data.schema='{schema}'"])
    except ConfigError as error:
        raise UserError(f"{name}: what was decided does not fit together: {error}") from error
