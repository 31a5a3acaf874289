"""Starting a fit from the weights of an earlier model, as far as they mean the same."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from components.training.data import TrainingData
from components.training.model import LINEAR
from components.training.named_weights import NamedWeights, named_weights, read_weights

_log = logging.getLogger(__name__)

# They have a row or a column for each thing that the model sees.
_ABOUT_ALL_INPUTS = ("number_embedding.", "member_dense.0.kernel", f"{LINEAR}.0.kernel")
_EXAMPLES = 3


@dataclass
class Carried:
    """What became of the weights.

    Attributes:
        weights: Those to start from.
        names: Of the weights that are, in whole or in part, the earlier model's.
        left: What is not, and why.
    """

    weights: list[npt.NDArray[np.float32]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def to_plain(self, version: int) -> dict[str, Any]:
        """As `training.json` has it."""
        left = [{"what": what, "why": why} for what, why in self.left]
        return {"from_version": version, "carried": self.names, "left": left}


def carried(earlier: NamedWeights, fresh: NamedWeights) -> Carried:
    """Puts earlier weights into the places that they had.

    Args:
        earlier: Of the model to start from.
        fresh: Of the model to fit, before its first step.
    """
    result = Carried()
    for name, new in fresh.arrays.items():
        weights, why = _one(name, new, earlier, fresh)
        result.weights.append(new if weights is None else weights)
        if weights is not None:
            result.names.append(name)
        if why:
            result.left.append((name, why))
    return result


def _one(
    name: str, new: npt.NDArray[np.float32], earlier: NamedWeights, fresh: NamedWeights
) -> tuple[npt.NDArray[np.float32] | None, str]:
    """What to start from, None for the fresh weights; and why not all of it is the earlier's."""
    old = earlier.arrays.get(name)
    if old is None:
        return None, "the earlier model has none"
    if name in earlier.values and name in fresh.values:
        return _by_value(old, new, earlier.values[name], fresh.values[name])
    if name.startswith(_ABOUT_ALL_INPUTS) and list(earlier.inputs) != list(fresh.inputs):
        return None, f"the features are others: {_difference(earlier.inputs, fresh.inputs)}"
    if old.shape != new.shape:
        return None, f"it is of shape {old.shape} there and {new.shape} here"
    return old, ""


def _by_value(
    old: npt.NDArray[np.float32],
    new: npt.NDArray[np.float32],
    old_values: Sequence[str],
    new_values: Sequence[str],
) -> tuple[npt.NDArray[np.float32] | None, str]:
    """Embeddings of values, of which each keeps its own wherever it now stands."""
    if old.shape[1] != new.shape[1]:
        return None, f"an embedding has {old.shape[1]} numbers there and {new.shape[1]} here"
    rows = {value: row for row, value in enumerate(old_values)}
    mixed, unknown = new.copy(), []
    for row, value in enumerate(new_values):
        if value in rows:
            mixed[row] = old[rows[value]]
        else:
            unknown.append(value)
    if not unknown:
        return mixed, ""
    some = ", ".join(unknown[:_EXAMPLES]) + (", …" if len(unknown) > _EXAMPLES else "")
    return mixed, f"{len(unknown)} of {len(new_values)} values are new: {some}"


def _difference(before: Sequence[str], now: Sequence[str]) -> str:
    added = [f"+{name}" for name in now if name not in before]
    gone = [f"-{name}" for name in before if name not in now]
    return ", ".join([*added, *gone]) or "they are in another order"


class WarmStart:
    """The start of a fit from a version that is stable."""

    def __init__(self, model_dir: str | None, version: int, data: TrainingData) -> None:
        """Reads nothing yet.

        Args:
            model_dir: SavedModel of the version; of no use without one.
            version: Its number; 0 for none.
            data: What is learnt from now.
        """
        self._model_dir = model_dir
        self._version = version
        self._data = data
        self.record: dict[str, Any] | None = None
        """What was carried over, as `training.json` has it; None after a cold start."""

    def begin(self, model: keras.Model) -> None:
        """Gives the model the version's weights, and says what could not be carried over."""
        if not self._model_dir or not self._version:
            _log.warning("no stable version to start from: a cold start")
            return
        earlier = read_weights(self._model_dir)
        if earlier is None:
            why = "it was written without the weights' names"
            result = Carried(left=[("all weights", why)])
        else:
            result = carried(earlier, named_weights(model, self._data))
            for variable, weights in zip(model.trainable_variables, result.weights, strict=True):
                variable.assign(weights)
        self.record = result.to_plain(self._version)
        _log.info("starting from version %d: %d weights", self._version, len(result.names))
        for what, why in result.left:
            _log.warning("not carried over from version %d: %s: %s", self._version, what, why)
