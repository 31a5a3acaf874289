"""What an exported model answers, through each of its signatures."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.parity.differences import Difference, Values, differences
from components.parity.sample import Sample
from components.training.requests import as_tensors
from components.training.signatures import (
    ANSWER_FEATURES,
    SERVE_EXAMPLES,
    SERVE_ROWS,
    TRANSFORM_FEATURES,
)

_VALUE = "value"


def compare(
    model: Any, features: Mapping[str, tf.Tensor], sample: Sample, scales: Mapping[str, float]
) -> list[Difference]:
    """Holds every signature against what Beam made of the rows, and the network of that.

    Args:
        model: A loaded SavedModel.
        features: What Beam made of the rows, with the label.
        sample: The rows.
        scales: By output, what a difference is divided by.
    """
    wanted = {TRANSFORM_FEATURES: _as_arrays(features)}
    network = getattr(model, ANSWER_FEATURES, None)
    found: list[Difference] = []
    if network is None:
        fault = "the model has no such function; expected one from features to the answer"
        found.append(Difference(ANSWER_FEATURES, None, None, None, fault))
    else:
        answers = _as_arrays(network(_seen(network, features)))
        wanted |= {SERVE_EXAMPLES: answers, SERVE_ROWS: answers}
    for name, expected in wanted.items():
        found += _compare_one(model, name, expected, sample, scales)
    return found


def scales(features: Mapping[str, tf.Tensor], task: str, label: str) -> dict[str, float]:
    """By output, what a difference is divided by; 1 for those that are left out.

    A regression's label and answer are in a unit whose size means nothing: their differences are
    counted in standard deviations of the label, in the rows that are compared.

    Args:
        features: What Beam made of the rows.
        task: What is learnt.
        label: The label's name among the features.
    """
    if task != "regression":
        return {}
    values = features[label].numpy()
    known = values[np.isfinite(values)].astype(np.float64)
    deviation = float(np.std(known)) if known.size else 0.0
    return dict.fromkeys((label, _VALUE), deviation or 1.0)


def _compare_one(
    model: Any, name: str, expected: Values, sample: Sample, scales: Mapping[str, float]
) -> list[Difference]:
    if name not in model.signatures:
        fault = f"the model has no such signature; it has {', '.join(sorted(model.signatures))}"
        return [Difference(name, None, None, None, fault)]
    signature = model.signatures[name]
    try:
        answers = signature(**_asked(name, signature, sample))
    except (tf.errors.OpError, TypeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        return [Difference(name, None, None, None, f"does not answer: {reason}")]
    return differences(name, expected, _as_arrays(answers), sample.numbers, scales)


def _asked(name: str, signature: Any, sample: Sample) -> dict[str, tf.Tensor]:
    inputs = signature.structured_input_signature[1]
    if name == SERVE_ROWS:
        return as_tensors(sample.requests, {column: spec.dtype for column, spec in inputs.items()})
    examples = sample.examples if name == TRANSFORM_FEATURES else sample.requests
    (examples_input,) = inputs
    return {examples_input: tf.constant(examples)}


def _seen(network: Any, features: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Those features that the network takes."""
    (concrete,) = network.concrete_functions
    ((wanted,), _) = concrete.structured_input_signature
    return {name: features[name] for name in wanted}


def _as_arrays(tensors: Mapping[str, tf.Tensor]) -> dict[str, npt.NDArray[np.generic]]:
    return {name: _dense(tensor).numpy() for name, tensor in tensors.items()}


def _dense(tensor: tf.Tensor | tf.SparseTensor) -> tf.Tensor:
    return tf.sparse.to_dense(tensor) if isinstance(tensor, tf.SparseTensor) else tensor
