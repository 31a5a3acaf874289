"""What a model answers, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfxp_client.tensors import Array

_PROBABILITY, _PROBABILITIES, _VALUE, _CLASS = "probability", "probabilities", "value", "class"


@dataclass(frozen=True)
class Prediction:
    """The answer to one row.

    Attributes:
        model: Its name.
        version: That answered.
        outputs: By name: a number or a text, or a tuple of them where there are several.
    """

    model: str
    version: int
    outputs: Mapping[str, Any]

    @property
    def probability(self) -> float:
        """Of a model of two classes: that the label is 1."""
        return _output(self, _PROBABILITY)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of a model of several classes: of each, in the order in which the schema lists them."""
        return _output(self, _PROBABILITIES)

    @property
    def class_(self) -> str:
        """Of a model of several classes: the likeliest."""
        return _output(self, _CLASS)

    @property
    def value(self) -> float:
        """Of a regression: in the label's unit."""
        return _output(self, _VALUE)


@dataclass(frozen=True)
class Predictions(Sequence[Prediction]):
    """The answers to rows, in their order.

    Attributes:
        model: Its name.
        versions: That answered, one a row; they differ only where calls are split.
        outputs: By name, one entry a row: a number or a text, or a tuple of them.
    """

    model: str
    versions: Sequence[int]
    outputs: Mapping[str, Sequence[Any]]

    @property
    def version(self) -> int:
        """The one that answered.

        Raises:
            ValueError: several did, or there are no rows.
        """
        found = sorted(set(self.versions))
        if len(found) != 1:
            listed = ", ".join(map(str, found)) or "none"
            raise ValueError(f"versions that answered: {listed}; ask each row for its own")
        return found[0]

    @property
    def probability(self) -> Sequence[float]:
        """Of a model of two classes: that the label is 1."""
        return _output(self, _PROBABILITY)

    @property
    def probabilities(self) -> Sequence[tuple[float, ...]]:
        """Of a model of several classes: of each, in the order in which the schema lists them."""
        return _output(self, _PROBABILITIES)

    @property
    def classes(self) -> Sequence[str]:
        """Of a model of several classes: the likeliest."""
        return _output(self, _CLASS)

    @property
    def value(self) -> Sequence[float]:
        """Of a regression: in the label's unit."""
        return _output(self, _VALUE)

    def __len__(self) -> int:
        return len(self.versions)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        outputs = {name: values[row] for name, values in self.outputs.items()}
        return Prediction(self.model, self.versions[row], outputs)

    def __iter__(self) -> Iterator[Prediction]:
        return (self[row] for row in range(len(self)))


@dataclass(frozen=True)
class Answer:
    """What a signature answers to tensors.

    Attributes:
        model: Its name.
        version: That answered.
        outputs: By name.
    """

    model: str
    version: int
    outputs: Mapping[str, Array]


def per_row(array: Array, rows: int) -> list[Any]:
    """An output as one entry a row: bare where there is one value a row, else a tuple.

    Raises:
        ValueError: it does not have so many rows.
    """
    if not array.shape or array.shape[0] != rows:
        raise ValueError(f"shape {list(array.shape)} for {rows} rows")
    if len(array.values) == rows:
        return [_text(value) for value in array.values]
    return [_tuples(row) for row in array.tolist()]


def joined(parts: Sequence[Predictions]) -> Predictions:
    """Answers one behind the other. They have the same outputs, and there is at least one."""
    return Predictions(
        parts[0].model,
        [version for part in parts for version in part.versions],
        {
            name: [value for part in parts for value in part.outputs[name]]
            for name in parts[0].outputs
        },
    )


def scattered(parts: Sequence[tuple[Sequence[int], Predictions]], rows: int) -> Predictions:
    """Answers of several versions, put where their rows stand.

    Args:
        parts: At least one: the numbers of rows, and their answers. An output that only some of
            the versions have is None where it is missing.
        rows: How many there are in all.
    """
    names = dict.fromkeys(name for _, part in parts for name in part.outputs)
    versions = [0] * rows
    outputs: dict[str, list[Any]] = {name: [None] * rows for name in names}
    for numbers, part in parts:
        for at, number in enumerate(numbers):
            versions[number] = part.versions[at]
            for name, values in part.outputs.items():
                outputs[name][number] = values[at]
    return Predictions(parts[0][1].model, versions, outputs)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else _text(value)


def _text(value: Any) -> Any:
    """A text as such, unless it is none in UTF-8."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _output(answered: Prediction | Predictions, name: str) -> Any:
    if name not in answered.outputs:
        listed = ", ".join(answered.outputs) or "none"
        raise AttributeError(f"model {answered.model!r} has no output {name!r}; it has: {listed}")
    return answered.outputs[name]
