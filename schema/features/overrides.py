"""What a problem may say of its columns as features beyond the schema, and what makes no sense."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from schema.errors import SchemaError

Kind = Literal["number", "category", "text", "date"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Which kinds a setting is for, and which settings shut each other out.
_FOR: Mapping[str, tuple[Kind, ...]] = {
    "log": ("number",),
    "buckets": ("number",),
    "hash": ("category", "text"),
    "vocabulary": ("category",),
}
_APART = (
    ("buckets", "log", "quantiles are the same of a number and of its logarithm"),
    ("vocabulary", "hash", "what is hashed has no vocabulary"),
)

Fault = tuple[tuple[str | int, ...], str]
"""Where something is wrong, as keys below `features`, and what."""


class OverrideError(SchemaError):
    """An override that makes no sense.

    Attributes:
        path: The keys below `features` that lead to it.
        text: What is wrong.
    """

    def __init__(self, path: tuple[str | int, ...], text: str) -> None:
        """Makes the error."""
        super().__init__(f"features.{'.'.join(map(str, path))}: {text}")
        self.path = path
        self.text = text


@dataclass(frozen=True)
class ColumnOverride:
    """What a column is taken for.

    Attributes:
        kind: `as` in the file; None for what the schema, or a setting below, makes of it.
        log: Of a number: sign(x)·log1p(|x|) stands for x.
        buckets: Of a number: only between which of so many quantiles it lies.
        hash: Of a category: it is hashed into so many buckets, and has no vocabulary. Of a text:
            so many buckets for its n-grams.
        vocabulary: Of a category: how many values are known at most.
    """

    kind: Kind | None = None
    log: bool = False
    buckets: int | None = None
    hash: int | None = None
    vocabulary: int | None = None

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "ColumnOverride":
        """From a table of the file; what is None is not set."""
        values = {key: value for key, value in plain.items() if value is not None}
        return cls(kind=values.pop("as", None), **values)

    def to_plain(self) -> dict[str, Any]:
        """The inverse of `from_plain`, without what is not set."""
        kind = {} if self.kind is None else {"as": self.kind}
        return kind | {key: getattr(self, key) for key in self.settings}

    @property
    def settings(self) -> tuple[str, ...]:
        """The keys beside `as` that are set."""
        return tuple(key for key in _FOR if getattr(self, key))

    @property
    def fitting(self) -> tuple[Kind, ...]:
        """The kinds that all settings are for."""
        return tuple(
            kind
            for kind in KINDS
            if self.kind in (None, kind) and all(kind in _FOR[key] for key in self.settings)
        )

    def faults(self) -> Iterator[Fault]:
        """What is wrong in itself, whatever the column is."""
        if not self.settings and self.kind is None:
            yield (), f"says nothing; expected one of as, {', '.join(_FOR)}"
        for key, other, why in _APART:
            if key in self.settings and other in self.settings:
                yield (key,), f"does not go with {other}: {why}; leave one of them out"
                return
        kinds, said = (KINDS, "") if self.kind is None else ((self.kind,), f'as = "{self.kind}"')
        for key in self.settings:
            kinds = tuple(kind for kind in kinds if kind in _FOR[key])
            if not kinds:
                yield (key,), f"is for a {' or a '.join(_FOR[key])}, and {said} is for none"
                return
            said = said or key


@dataclass(frozen=True)
class CrossOverride:
    """What several columns say together is a feature, too.

    Attributes:
        columns: At least two categories or numbers in buckets.
        hash: Into how many buckets the combinations are hashed.
    """

    columns: tuple[str, ...]
    hash: int


@dataclass(frozen=True)
class Overrides:
    """All departures from what the schema says of columns as features.

    Attributes:
        drop: Columns that the model must not see.
        columns: Column to what it is taken for.
        crosses: Features of several columns.
    """

    drop: tuple[str, ...] = ()
    columns: Mapping[str, ColumnOverride] = field(default_factory=dict)
    crosses: tuple[CrossOverride, ...] = ()

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Overrides":
        """From the table `features` of the file; keys that are not about columns are passed over.

        Args:
            plain: `{"drop": [column, ...], "columns": {column: {"as", "log", "buckets", "hash",
                "vocabulary"}}, "crosses": [{"columns": [...], "hash": N}]}`; all may be left out.
        """
        return cls(
            drop=tuple(plain.get("drop", ())),
            columns={
                name: ColumnOverride.from_plain(entry)
                for name, entry in plain.get("columns", {}).items()
            },
            crosses=tuple(
                CrossOverride(tuple(cross["columns"]), cross["hash"])
                for cross in plain.get("crosses", ())
            ),
        )

    def to_plain(self) -> dict[str, Any]:
        """The inverse of `from_plain`."""
        return {
            "drop": list(self.drop),
            "columns": {name: entry.to_plain() for name, entry in self.columns.items()},
            "crosses": [
                {"columns": list(cross.columns), "hash": cross.hash} for cross in self.crosses
            ],
        }
