"""The pushed versions, as a table and as plain data."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

import registry
from pipeline.terminal.summary import shown
from pipeline.versions import Told, Version

_NO_RECORD = "no record"


def print_versions(
    console: Console, folder: registry.Base, versions: Sequence[Version], told: Told | None
) -> None:
    """Prints the table, newest first, and below it what the server says otherwise."""
    if not versions:
        console.print(f"no pushed versions in {shown(folder)}", markup=False)
    else:
        print_table(console, folder, versions, told)
    for line in remarks(versions, told):
        console.print(line, markup=False, soft_wrap=True)


def print_table(
    console: Console, folder: registry.Base, versions: Sequence[Version], told: Told | None
) -> None:
    """Prints a row a version; what the server says is a column if it was asked and answered."""
    # The title of a table would be wrapped to the table's width.
    console.print(f"versions in {shown(folder)}", style="italic", markup=False, soft_wrap=True)
    console.print(_table(versions, told))


def _table(versions: Sequence[Version], told: Told | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    is_asked = told is not None and not told.error
    server = ("server",) if is_asked else ()
    has_spans = any(version.record and version.record.data.get("spans") for version in versions)
    spans = ("spans",) if has_spans else ()
    for heading in ("version", "labels", *server, "pushed (UTC)", "metrics", "rows", *spans):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for version in versions:
        state = (told.states.get(version.number, "not loaded"),) if told and is_asked else ()
        facts = _facts(version)
        table.add_row(
            str(version.number), _labels(version), *state, *(facts if has_spans else facts[:-1])
        )
    return table


def remarks(versions: Sequence[Version], told: Told | None) -> list[str]:
    """Lines about the server: that nobody was asked, that it is silent, or sees it otherwise."""
    if told is None:
        return ["no server was asked: serving.address is not set"]
    if told.error:
        return [told.error]
    wanted = {label: version.number for version in versions for label in version.labels}
    others = [
        f"label {label}: the server answers with {f'version {now}' if now else 'an error'}, "
        f"models.config says version {wanted[label]}"
        for label, now in sorted(told.labels.items())
        if label in wanted and now != wanted[label]
    ]
    there = {version.number for version in versions}
    gone = [
        f"version {number}: {state} in the server, and not in the folder"
        for number, state in sorted(told.states.items())
        if number not in there and not state.startswith("END")
    ]
    return [f"the server at {told.address} was asked", *others, *gone]


def plain(versions: Sequence[Version], told: Told | None) -> dict[str, Any]:
    """The same as JSON has it; `server` is null where none is configured."""
    return {
        "server": dataclasses.asdict(told) if told else None,
        "versions": [
            {
                "version": version.number,
                "labels": list(version.labels),
                "is_rolled_back": version.is_rolled_back,
                "server": told.states.get(version.number) if told else None,
                "record": dataclasses.asdict(version.record) if version.record else None,
            }
            for version in versions
        ],
    }


def _labels(version: Version) -> str:
    return ", ".join(version.labels) or ("rolled back" if version.is_rolled_back else "")


def _facts(version: Version) -> tuple[str, str, str, str]:
    record = version.record
    if record is None:
        return _NO_RECORD, "", "", ""
    rows = record.data.get("rows_in")
    return (
        _time(record.pushed_at),
        ", ".join(f"{name} {value:.4f}" for name, value in record.metrics.items()),
        "" if rows is None else f"{rows:,}",
        str(record.data.get("spans", "")),
    )


def _time(text: str) -> str:
    """In UTC, without the seconds."""
    if not text:
        return ""
    moment = datetime.datetime.fromisoformat(text)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M")
