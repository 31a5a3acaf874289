"""KerasTuner's part: which hyperparameters are tried next."""

import json
from collections.abc import Mapping
from typing import Any

import keras_tuner as kt
from keras_tuner.src.engine.oracle import Oracle

from components.training.options import TrainingOptions
from components.tuner.hyperparameters import Hyperparameters
from components.tuner.options import TunerOptions

OBJECTIVE = "held_out"
"""The loss on training rows that are held out; the split that gates is not looked at."""

# Hyperband counts in epochs: of its unit, a fit may have 1, 3 or all 9.
_UNITS, _FACTOR = 9, 3
_UNITS_KEY = "tuner/epochs"


def oracle(options: TunerOptions, seed: int) -> Oracle:
    """Returns the oracle of the algorithm, with the search space.

    Args:
        options: What to search, and how.
        seed: Of everything random in it.
    """
    common: dict[str, Any] = {
        "objective": kt.Objective(OBJECTIVE, "min"),
        "hyperparameters": _space(options),
        # KerasTuner draws a seed of its own for 0.
        "seed": seed + 1,
        # A trial that fails is skipped; whether any is left is asked at the end.
        "max_consecutive_failed_trials": options.trials + 1,
    }
    match options.algorithm:
        case "random":
            return kt.oracles.RandomSearchOracle(max_trials=options.trials, **common)
        case "bayesian":
            return kt.oracles.BayesianOptimizationOracle(max_trials=options.trials, **common)
        case "hyperband":
            # Rounds follow one another until the trials are used up.
            made = kt.oracles.HyperbandOracle(
                max_epochs=_UNITS, factor=_FACTOR, hyperband_iterations=options.trials, **common
            )
            made.max_trials = options.trials
            return made


def hyperparameters(values: Mapping[str, Any], configured: TrainingOptions) -> Hyperparameters:
    """What KerasTuner's values mean to the training.

    Args:
        values: Of a trial.
        configured: Its steps are what Hyperband hands out in parts.
    """
    found = {name: value for name, value in values.items() if not name.startswith("tuner/")}
    found["hidden_units"] = json.loads(found["hidden_units"])
    units = values.get(_UNITS_KEY, _UNITS)
    if units < _UNITS:
        found["steps"] = max(configured.steps * units // _UNITS, 1)
    return found


def _space(options: TunerOptions) -> kt.HyperParameters:
    space = kt.HyperParameters()
    low, high = options.learning_rate
    space.Float("learning_rate", low, high, sampling="log")
    # A choice is a number or a text.
    space.Choice("hidden_units", [json.dumps(units) for units in options.hidden_units])
    if options.batch_size:
        space.Choice("batch_size", list(options.batch_size))
    return space
