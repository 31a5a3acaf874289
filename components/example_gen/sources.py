"""Where the rows of an Examples artifact came from, for the steps that look at the rows again.

It stands in the artifact, beside the splits, where stock components do not look.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.example_gen.options import SplitOptions
from components.rows.files import Format

_NAME = "sources.json"


@dataclass(frozen=True)
class Source:
    """One input file.

    Attributes:
        path: As the machine that ran ExampleGen knows it: absolute, or a URI.
        format: What it holds.
        span: The span it belongs to, as it stands in the path; empty without spans.
    """

    path: str
    format: Format
    span: str = ""


@dataclass(frozen=True)
class Sources:
    """All input files.

    Attributes:
        files: Those whose rows are in the artifact.
        newest: The newest of their spans; empty without spans.
        previous: The files of the span right before the newest, whether they are in the artifact
            or not; none without spans, or where the newest is the first.
        identifiers: Columns that must not be shown or written anywhere.
        missing: Texts that in columns of numbers mean that nothing is there.
        split: Which split a row goes to; None where that is not known.
        cuts: By time, where each split but the first begins.
    """

    files: tuple[Source, ...]
    newest: str = ""
    previous: tuple[Source, ...] = ()
    identifiers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    split: SplitOptions | None = None
    cuts: tuple[float, ...] = ()


def write_sources(examples_uri: str, sources: Sources) -> None:
    """Writes them into the artifact."""
    text = json.dumps(asdict(sources), indent=2, ensure_ascii=False)
    Path(examples_uri, _NAME).write_text(text + "\n", encoding="utf-8")


def read_sources(examples_uri: str) -> Sources:
    """Reads them; an artifact that another component wrote has none."""
    path = Path(examples_uri, _NAME)
    if not path.is_file():
        return Sources(())
    plain = json.loads(path.read_text(encoding="utf-8"))
    return Sources(
        files=_sources(plain["files"]),
        newest=plain["newest"],
        previous=_sources(plain["previous"]),
        identifiers=tuple(plain["identifiers"]),
        missing=tuple(plain.get("missing", ())),
        split=SplitOptions(**plain["split"]) if plain["split"] else None,
        cuts=tuple(plain["cuts"]),
    )


def _sources(plain: list[dict[str, Any]]) -> tuple[Source, ...]:
    return tuple(Source(**entry) for entry in plain)
