"""The kinds of features; preprocessing and model end their `match` over them in `assert_never`."""

from dataclasses import dataclass
from typing import Literal

from schema.features.names import transformed

TEXT_BUCKETS = 4096
"""Buckets for the n-grams of a text, unless an override says otherwise."""

TimeUnit = Literal["days", "seconds", "milliseconds", "microseconds", "nanoseconds"]


@dataclass(frozen=True)
class Number:
    """A quantity.

    Attributes:
        column: The raw column.
        may_be_missing: Then the model is also told whether it was.
        log: Whether sign(x)·log1p(|x|) stands for x, which shortens long tails.
    """

    column: str
    may_be_missing: bool
    log: bool = False


@dataclass(frozen=True)
class Buckets:
    """A quantity of which the model sees only between which quantiles it lies.

    Attributes:
        column: The raw column.
        may_be_missing: Whether a row without a value keeps the contract.
        buckets: How many there are, each with about as many training rows.
    """

    column: str
    may_be_missing: bool
    buckets: int


@dataclass(frozen=True)
class Category:
    """One of a set of strings or integer codes.

    Attributes:
        column: The raw column.
        may_be_missing: Whether a row without a value keeps the contract.
        is_integer: Whether the raw values are int64 codes, else bytes.
        values: All of them where the schema closes the domain, so that a value keeps its id from
            one training to the next; None where they must be found in the data.
        most: Of values found in the data, how many are known at most, the most frequent; such a
            column has a vocabulary of its own. None for a share of the common one.
    """

    column: str
    may_be_missing: bool
    is_integer: bool
    values: tuple[int, ...] | tuple[str, ...] | None = None
    most: int | None = None


@dataclass(frozen=True)
class Hashed:
    """One of so many strings or integer codes that none is known by itself.

    Attributes:
        column: The raw column.
        may_be_missing: Whether a row without a value keeps the contract.
        buckets: Values that fall into one of these by their hash are one to the model.
    """

    column: str
    may_be_missing: bool
    buckets: int


@dataclass(frozen=True)
class Date:
    """A day, or a moment.

    Attributes:
        column: The raw column.
        may_be_missing: Then the model is also told whether it was.
        has_time: Whether the hour means something.
        unit: Of integers, counted since 1970; None for ISO 8601 text.
    """

    column: str
    may_be_missing: bool
    has_time: bool
    unit: TimeUnit | None = None


@dataclass(frozen=True)
class Text:
    """Words that people wrote.

    Attributes:
        column: The raw column.
        may_be_missing: Whether a row without a value keeps the contract.
        buckets: Words and pieces of words that fall into one of these are one to the model.
    """

    column: str
    may_be_missing: bool
    buckets: int


@dataclass(frozen=True)
class Cross:
    """What several columns say together.

    Attributes:
        columns: Each a `Category`, `Hashed` or `Buckets` beside it.
        buckets: Combinations that fall into one of these by their hash are one to the model.
    """

    columns: tuple[str, ...]
    buckets: int


Feature = Number | Buckets | Category | Hashed | Date | Text | Cross


def sources(feature: Feature) -> tuple[str, ...]:
    """The raw columns that a feature is made from."""
    return feature.columns if isinstance(feature, Cross) else (feature.column,)


def transformed_name(feature: Feature) -> str:
    """The name under which Transform gives the feature."""
    return transformed(*sources(feature))
