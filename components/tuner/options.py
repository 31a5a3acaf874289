"""What the Tuner is told beside the options of the training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Algorithm = Literal["random", "hyperband", "bayesian"]


@dataclass(frozen=True, kw_only=True)
class TunerOptions:
    """How hyperparameters are searched for; crosses to the Tuner in its custom_config.

    Attributes:
        algorithm: Of KerasTuner.
        trials: How many are run at most, the configured values among them.
        minutes: After so many no further trial begins.
        learning_rate: The least and the largest; sampled on a logarithmic scale.
        hidden_units: What is chosen from.
        batch_size: What is chosen from; nothing leaves it as it is configured.
    """

    algorithm: Algorithm
    trials: int
    minutes: float
    learning_rate: tuple[float, float]
    hidden_units: tuple[tuple[int, ...], ...]
    batch_size: tuple[int, ...]

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "TunerOptions":
        """From the values of a custom_config."""
        space = plain["space"]
        low, high = space["learning_rate"]
        return cls(
            algorithm=plain["algorithm"],
            trials=plain["trials"],
            minutes=plain["minutes"],
            learning_rate=(low, high),
            hidden_units=tuple(tuple(units) for units in space["hidden_units"]),
            batch_size=tuple(space["batch_size"]),
        )
