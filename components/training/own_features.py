"""Features of the problem's own `preprocessing_fn`, as Transform says that they are."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
import tensorflow_transform as tft

from components.errors import ComponentError

FeatureSpec = Mapping[str, tf.io.FixedLenFeature]


def feature_spec(transform_output: tft.TFTransformOutput, label: str) -> FeatureSpec:
    """Shape and type of every feature but the label, by transformed name."""
    spec = transform_output.transformed_feature_spec()
    return {name: entry for name, entry in spec.items() if name != label}


def require_served(
    transform_output: tft.TFTransformOutput, columns: Sequence[str], spec: FeatureSpec
) -> None:
    """Refuses features that cannot be made of what a request has.

    Args:
        transform_output: What Transform wrote.
        columns: The raw columns that a request has.
        spec: The features.

    Raises:
        ComponentError: there is such a feature.
    """
    layer, raw = transform_output.transform_features_layer(), transform_output.raw_feature_spec()
    asked = {column: raw[column] for column in columns}
    # The layer leaves out what depends on a column that is not there.
    made = tf.function(
        lambda examples: dict(layer(tf.io.parse_example(examples, asked))), autograph=False
    ).get_concrete_function(tf.TensorSpec([None], tf.string))
    hidden = sorted(spec.keys() - made.structured_outputs.keys())
    if hidden:
        raise ComponentError(
            f"features.preprocessing_fn: {', '.join(map(repr, hidden))} needs a column that "
            "requests do not have, as the label's; make it of the columns in SERVING only"
        )


def id_depths(transform_output: tft.TFTransformOutput) -> dict[str, int]:
    """One more than the largest id, by name, of features whose range Transform knows.

    It knows that of vocabularies and buckets that were made with its own mappers.
    """
    return {
        feature.name: feature.int_domain.max + 1
        for feature in transform_output.transformed_metadata.schema.feature
        if feature.int_domain.HasField("max") and feature.int_domain.max < 2**31
    }
