"""What the Evaluator is told."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.errors import ComponentError
from components.evaluator.metrics import METRICS
from components.judgement.options import FairnessOptions
from schema.labels import Label, Task

OVERALL = "overall"
EVERY_SLICE = "every slice"

SliceKey = tuple[tuple[str, str], ...]
"""Column and value, as text, sorted by column; empty for all rows."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A bound that a candidate must keep. Every bound passes when equal.

    Attributes:
        metric: A name from `METRICS`.
        min: The least value.
        max: The largest value; for accuracy and the like it catches a leak.
        min_change: By how much the candidate must at least be better than the stable model, in
            the metric's own unit and whichever its direction; negative allows it to be worse.
        scope: `"overall"`, `"every slice"` for each slice that is evaluated, or one slice as
            `{column: value}`.
        min_rows: With `"every slice"`, smaller slices are not judged. Otherwise fewer rows refuse.

    A bound on all rows holds the metric itself. A bound on slices refuses only where even the
    friendlier end of the 95 % interval misses it.
    """

    metric: str
    min: float | None = None
    max: float | None = None
    min_change: float | None = None
    scope: str | Mapping[str, Any] = OVERALL
    min_rows: int = 1

    def __post_init__(self) -> None:
        if self.min is None and self.max is None and self.min_change is None:
            raise ComponentError(
                f"gate on {self.metric!r} bounds nothing; set min, max or min_change"
            )
        if isinstance(self.scope, str) and self.scope not in (OVERALL, EVERY_SLICE):
            raise ComponentError(
                f"gate on {self.metric!r}: scope {self.scope!r} is neither {OVERALL!r}, "
                f'{EVERY_SLICE!r} nor a slice such as {{payment_type = "Cash"}}'
            )

    @property
    def slice(self) -> SliceKey | None:
        """The slice it is about; None for every slice."""
        if self.scope == EVERY_SLICE:
            return None
        return () if isinstance(self.scope, str) else slice_key(self.scope)


@dataclass(frozen=True, kw_only=True)
class EvaluatorOptions:
    """How a model is judged; crosses to the Evaluator as JSON.

    Attributes:
        task: A key of `METRICS`.
        label: The label.
        slices: Raw columns to slice by, one tuple a way of slicing.
        gates: At least one.
        fairness: What is sensitive; without columns nothing is.
        seed: Of the bootstrap.
    """

    task: Task
    label: Label
    slices: tuple[tuple[str, ...], ...] = ()
    gates: tuple[Gate, ...]
    fairness: FairnessOptions = field(default_factory=lambda: FairnessOptions(max_gap={}))
    seed: int = 0

    def __post_init__(self) -> None:
        known = METRICS.get(self.task)
        if known is None:
            raise ComponentError(
                f"evaluation: task {self.task!r} is not one of {', '.join(METRICS)}"
            )
        if not self.gates:
            raise ComponentError(
                "evaluation: no gate is set, so no model could be refused; add a gate"
            )
        for gate in self.gates:
            if gate.metric not in known:
                raise ComponentError(
                    f"evaluation: {gate.metric!r} is no metric of a {self.task} task; "
                    f"it has: {', '.join(known)}"
                )
            if gate.slice is None and not self.slices:
                raise ComponentError(
                    f"gate on {gate.metric!r} is about every slice, but no slices are set"
                )

    @property
    def named_slices(self) -> tuple[SliceKey, ...]:
        """The slices that gates name."""
        return tuple(gate.slice for gate in self.gates if gate.slice)

    @property
    def slice_columns(self) -> tuple[str, ...]:
        """The raw columns that slices are made by."""
        by_way = [column for columns in self.slices for column in columns]
        by_name = [column for key in self.named_slices for column, _ in key]
        return tuple(dict.fromkeys([*by_way, *by_name]))

    @classmethod
    def from_json(cls, text: str) -> "EvaluatorOptions":
        """From JSON: the attributes above under their names."""
        plain = json.loads(text)
        return cls(
            task=plain["task"],
            label=Label(**plain["label"]),
            slices=tuple(tuple(columns) for columns in plain.get("slices", ())),
            gates=tuple(Gate(**_without_none(gate)) for gate in plain["gates"]),
            fairness=FairnessOptions.from_plain(plain.get("fairness", {})),
            seed=plain.get("seed", 0),
        )

    def to_json(self) -> str:
        """The inverse of `from_json`."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)


def slice_key(values: Mapping[str, Any]) -> SliceKey:
    """The key of the slice in which the columns have these values."""
    return tuple(sorted((column, str(value)) for column, value in values.items()))


def describe(key: SliceKey) -> str:
    """The slice as text."""
    return ", ".join(f"{column}={value}" for column, value in key) or OVERALL


def _without_none(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value is not None}
