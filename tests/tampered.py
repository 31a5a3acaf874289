"""Exported models in which something is wrong between the training and the answer."""

from pathlib import Path

import tensorflow as tf
from tfx.types import standard_artifacts

SERVE_EXAMPLES, SERVE_ROWS, TRANSFORM = "serving_default", "serve_rows", "transform_features"
ANSWERING = SERVE_EXAMPLES, SERVE_ROWS


def tampered(model, folder, changes, first=None):
    """A Model artifact with the same network, and other signatures.

    Args:
        model: The Model artifact to start from.
        folder: Where the new one goes.
        changes: By signature: None to leave it out, or a function of the original signature, its
            inputs by name and all original signatures, that gives the outputs by name.
        first: Is done to the loaded model before.
    """
    loaded = tf.saved_model.load(f"{model.uri}/Format-Serving")
    if first is not None:
        first(loaded)
    module = tf.Module()
    module.original = loaded
    module.answer_features = loaded.answer_features
    signatures = {
        name: _changed(loaded.signatures, name, changes[name]) if name in changes else signature
        for name, signature in loaded.signatures.items()
        if changes.get(name, ...) is not None
    }
    made = standard_artifacts.Model()
    made.uri = str(folder)
    tf.saved_model.save(module, str(Path(folder, "Format-Serving")), signatures=signatures)
    return made


def without_column(name):
    """A change of `serve_rows` after which it no longer sees a column of numbers."""
    return lambda original, inputs, _: original(**inputs | {name: tf.zeros_like(inputs[name])})


def answering(function):
    """A change of any signature: every number that it answers becomes another."""
    return lambda original, inputs, _: {
        name: function(values) if values.dtype.is_floating else values
        for name, values in original(**inputs).items()
    }


def _changed(signatures, name, change):
    original = signatures[name]
    return tf.function(
        lambda inputs: change(original, inputs, signatures),
        input_signature=[original.structured_input_signature[1]],
        autograph=False,
    )
