"""An exported model, asked about many rows at once."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from apache_beam.utils.shared import Shared

from components.bulk_inferrer.parsing import needs_of
from components.bulk_inferrer.predictions import Answers, predictions_of
from components.errors import ModelRefused

SIGNATURE = "serving_default"
"""What clients ask; no other is needed, so that any model that takes tf.Examples will do."""


class RowsRefused(Exception):
    """The model does not take these rows as they are; among fewer the others may be taken."""


class ExamplesModel:
    """A SavedModel that answers serialized tf.Examples.

    Attributes:
        needs: The columns that it parses; None where that is not to be seen.
        predictions: What it answers.
    """

    def __init__(self, path: str) -> None:
        """Loads it.

        Args:
            path: Its folder.

        Raises:
            ModelRefused: it cannot be loaded, or is not asked with tf.Examples.
        """
        try:
            # Kept, or its variables would be gone with it.
            self._loaded = tf.saved_model.load(path)
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise ModelRefused(f"{path}: cannot be loaded: {_cause(error)}") from error
        signature = self._loaded.signatures.get(SIGNATURE)
        if signature is None:
            has = ", ".join(sorted(self._loaded.signatures)) or "none"
            raise ModelRefused(f"{path}: no signature {SIGNATURE!r}; it has: {has}")
        self._path = path
        self._signature: Any = signature
        self._argument = _examples_argument(path, signature)
        self.needs = needs_of(signature)
        self.predictions = predictions_of(signature.structured_outputs)

    def ask(self, examples: Sequence[bytes]) -> Answers:
        """Returns what the model answers to the rows, in their order.

        Raises:
            RowsRefused: it does not take one of them.
            ModelRefused: it fails in another way.
        """
        try:
            answers = self._signature(**{self._argument: tf.constant(examples, tf.string)})
        except tf.errors.InvalidArgumentError as error:
            raise RowsRefused(_cause(error)) from error
        except UnicodeDecodeError as error:
            # TensorFlow quotes the row in its message, and this one is no text.
            raise RowsRefused("it cannot be parsed") from error
        except tf.errors.OpError as error:
            raise ModelRefused(f"{self._path}: does not answer: {_cause(error)}") from error
        found = {name: values.numpy() for name, values in answers.items()}
        for name, values in found.items():
            if not values.ndim or len(values) != len(examples):
                msg = (
                    f"{self._path}: output {name!r} has the shape {values.shape} for "
                    f"{len(examples)} rows; expected one answer a row"
                )
                raise ModelRefused(msg)
        return found


def loaded(shared: Shared, path: str) -> ExamplesModel:
    """Returns the model, loaded once in each process however many tasks it does.

    Raises:
        ModelRefused: as `ExamplesModel`.
    """
    return shared.acquire(lambda: ExamplesModel(path), path)


def _examples_argument(path: str, signature: Any) -> str:
    """The name of the one input."""
    inputs = signature.structured_input_signature[1]
    if len(inputs) == 1:
        ((name, spec),) = inputs.items()
        if spec.dtype == tf.string and spec.shape.rank in (None, 1):
            return str(name)
    takes = ", ".join(f"{name} {spec.dtype.name}" for name, spec in sorted(inputs.items()))
    msg = (
        f"{path}: {SIGNATURE} takes {takes or 'nothing'}; expected one input of serialized "
        "tf.Examples"
    )
    raise ModelRefused(msg)


def _cause(error: Exception) -> str:
    """What went wrong, out of the lines that TensorFlow has on where it did."""
    text = getattr(error, "message", None) or str(error)
    lines = [line.strip() for line in str(text).partition("[[{{node")[0].splitlines()]
    return next((line for line in reversed(lines) if line), type(error).__name__)
