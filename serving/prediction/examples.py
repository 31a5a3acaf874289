"""Classify and Regress: tf.Examples in, labels with scores or values out, as TF Serving does."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from serving.prediction.described import signature_def
from serving.prediction.dtypes import type_name
from serving.prediction.plans import DEFAULT_SIGNATURE, invalid
from serving.servable import Arrays, Servable, Signature
from tfxp_client import wire

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"
# Names that such a signature has to use.
_INPUT = "inputs"
_CLASSES, _SCORES = "classes", "scores"
_OUTPUT = "outputs"


def serialized(request_input: Any) -> np.ndarray:
    """The examples of an Input: `[rows]`, bytes; a context is put before each of them.

    Raises:
        ServingError: INVALID_ARGUMENT: there are none.
    """
    kind = request_input.WhichOneof("kind")
    examples: Sequence[Any] = getattr(request_input, kind).examples if kind else ()
    if not examples:
        msg = "Input is empty."
        raise invalid(msg)
    context = b""
    if kind == "example_list_with_context":
        context = request_input.example_list_with_context.context.SerializeToString()
    array = np.empty(len(examples), np.object_)
    # Messages one after the other are one message: the later fields win.
    array[:] = [context + example.SerializeToString() for example in examples]
    return array


def signature_of(servable: Servable, name: str) -> Signature:
    """The signature that a request for Classify or Regress names.

    Raises:
        ServingError: INVALID_ARGUMENT.
    """
    found = servable.signatures.get(name or DEFAULT_SIGNATURE)
    if found is None:
        msg = f"No signature was found with the name: {name or DEFAULT_SIGNATURE}"
        raise invalid(msg)
    return found


def check_classify(signature: Signature) -> list[str]:
    """The outputs of a signature that classifies.

    Raises:
        ServingError: INVALID_ARGUMENT: it does not.
    """
    _check_one_input(signature)
    if len(signature.outputs) not in (1, 2):
        msg = f"Expected one or two output Tensors, found {len(signature.outputs)}"
        raise invalid(msg)
    _check_input_name(signature, "classification")
    found = [name for name in (_CLASSES, _SCORES) if name in signature.outputs]
    if not found:
        msg = (
            "Expected classification signature outputs to contain at least one of "
            f'"{_CLASSES}" or "{_SCORES}". Signature was: {signature_def(signature)}'
        )
        raise invalid(msg)
    return found


def check_regress(signature: Signature) -> list[str]:
    """The output of a signature that regresses.

    Raises:
        ServingError: INVALID_ARGUMENT: it does not.
    """
    _check_one_input(signature)
    if len(signature.outputs) != 1:
        msg = "Expected one output Tensor."
        raise invalid(msg)
    _check_input_name(signature, "regression")
    if _OUTPUT not in signature.outputs:
        msg = f"No regression outputs found in SignatureDef: {signature_def(signature)}"
        raise invalid(msg)
    return [_OUTPUT]


def _check_one_input(signature: Signature) -> None:
    if len(signature.inputs) != 1:
        msg = "Expected one input Tensor."
        raise invalid(msg)


def _check_input_name(signature: Signature, purpose: str) -> None:
    if _INPUT not in signature.inputs:
        msg = f"No {purpose} inputs found in SignatureDef: {signature_def(signature)}"
        raise invalid(msg)
    number = signature.inputs[_INPUT].dtype
    if number != wire.DT_STRING:
        msg = f"Expects input {_INPUT!r} to be {type_name(number)} but string is provided"
        raise invalid(msg)


def fill_classes(rows: int, outputs: Arrays, result: Any) -> None:
    """Writes labels and scores, `[rows, classes]` each, into a ClassificationResult.

    Raises:
        ServingError: INVALID_ARGUMENT: the model's outputs are not such.
    """
    for name, kind, expected in ((_CLASSES, "O", "DT_STRING"), (_SCORES, "f", "DT_FLOAT")):
        array = outputs.get(name)
        if array is None:
            continue
        if array.ndim != 2:
            shape = list(array.shape)
            msg = f"Expected Tensor shape: [batch_size num_classes] but got {shape}"
            raise invalid(msg)
        if array.dtype.kind != kind or (kind == "f" and array.dtype.itemsize != 4):
            msg = f"Expected {name} Tensor of {expected}. Got: {array.dtype}"
            raise invalid(msg)
        if len(array) != rows:
            msg = f"Expected {name} output batch size of {rows}. Got: {len(array)}"
            raise invalid(msg)
    widths = {array.shape[1] for array in outputs.values()}
    if len(widths) > 1:
        msg = f"Tensors class and score should match in dim_size(1). Got {sorted(widths)}"
        raise invalid(msg)
    labels, scores = (
        outputs[name].tolist() if name in outputs else None for name in (_CLASSES, _SCORES)
    )
    for row in range(rows):
        classes = result.classifications.add().classes
        for at in range(*widths):
            found = classes.add()
            if labels:
                found.label = labels[row][at].decode(errors="replace")
            if scores:
                found.score = scores[row][at]


def fill_values(rows: int, outputs: Arrays, result: Any) -> None:
    """Writes values, `[rows]` or `[rows, 1]`, into a RegressionResult.

    Raises:
        ServingError: INVALID_ARGUMENT: the model's output is not such.
    """
    array = outputs[_OUTPUT]
    if array.ndim != 1 and not (array.ndim == 2 and array.shape[1] == 1):
        msg = (
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] "
            f"but got {list(array.shape)}"
        )
        raise invalid(msg)
    if len(array) != rows:
        msg = f"Input batch size did not match output batch size: {rows} vs. {len(array)}"
        raise invalid(msg)
    if array.dtype != np.float32:
        msg = f"Expected output Tensor of DT_FLOAT.  Got: {array.dtype}"
        raise invalid(msg)
    for value in array.ravel().tolist():
        result.regressions.add(value=value)


Check = Callable[[Signature], list[str]]
Fill = Callable[[int, Arrays, Any], None]
METHODS: dict[str, tuple[Check, Fill]] = {
    CLASSIFY: (check_classify, fill_classes),
    REGRESS: (check_regress, fill_values),
}
"""By method name: which outputs a signature gives, and how they become a result."""
