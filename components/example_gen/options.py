"""What ExampleGen is told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from components.rows.files import Format
from schema.labels import Label

SplitBy = Literal["row", "entity", "time"]


@dataclass(frozen=True, kw_only=True)
class SpanOptions:
    """Which spans of a pattern are read.

    Attributes:
        use: `newest`, or the name or number of a span.
        window: How many: that one, and those right before it.
        success_marker: Whether a span without a file `_SUCCESS` is passed over.
    """

    use: str = "newest"
    window: int = 1
    success_marker: bool = False


@dataclass(frozen=True, kw_only=True)
class SplitOptions:
    """Which split a row goes to.

    Attributes:
        shares: Split name to its share of the rows, unless `starts` is given.
        by: By a hash of the row, by a hash of `column`, or in the order of `column`.
        column: The column of the entity or the time; empty for `row`.
        starts: Split name to the time at which it begins; what is before all of them is `train`.
    """

    shares: Mapping[str, int]
    by: SplitBy = "row"
    column: str = ""
    starts: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """The splits that there will be."""
        return tuple(dict.fromkeys(("train", *self.starts) if self.starts else self.shares))


@dataclass(frozen=True, kw_only=True)
class ExampleGenOptions:
    """How rows become examples; crosses to ExampleGen as JSON.

    Attributes:
        format: Of all files; `auto` goes by their names.
        spans: Which spans are read.
        split: Which split a row goes to.
        max_quarantined: The share of rows that may be put aside.
        shard_mb: About how large an output file becomes before it is compressed, in MiB.
        missing: Texts that in columns of numbers mean that nothing is there.
        identifiers: Columns that are in no example, and whose values are shown nowhere.
        label: Whose balance is reported; None where there is none.
    """

    format: Format | Literal["auto"] = "auto"
    spans: SpanOptions = SpanOptions()
    split: SplitOptions
    max_quarantined: float = 0.0
    shard_mb: int = 64
    missing: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    label: Label | None = None

    @classmethod
    def from_json(cls, text: str) -> "ExampleGenOptions":
        """From the configuration's `[data]`, whose keys these are, with `label` beside them."""
        plain: dict[str, Any] = json.loads(text)
        split = SplitOptions(
            shares=plain["splits"],
            by=plain.get("split_by", "row"),
            column=plain.get("split_column") or "",
            starts=plain.get("split_starts") or {},
        )
        own = {key: plain[key] for key in ("format", "max_quarantined", "shard_mb") if key in plain}
        return cls(
            split=split,
            spans=SpanOptions(**plain.get("spans", {})),
            missing=tuple(plain.get("missing", ())),
            identifiers=tuple(plain.get("identifiers", ())),
            label=Label(**plain["label"]) if plain.get("label") else None,
            **own,
        )
