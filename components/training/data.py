"""What is learnt from: read once, however often and however it is fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tensorflow_transform as tft

from components.training.batches import TrainingRows, training_rows
from components.training.features import FeatureReader, example_files, read_examples
from components.training.options import TrainingOptions
from components.training.own_features import (
    FeatureSpec,
    feature_spec,
    id_depths,
    require_served,
)
from components.training.targets import Target, of_labels
from components.transform.depths import depths
from schema import read_schema
from schema.features import Feature, feature_table, sources, transformed
from schema.labels import label_classes


@dataclass(frozen=True)
class TrainingData:
    """Rows and their meaning.

    Attributes:
        transform_output: What Transform wrote.
        columns: The raw columns that the features are made from.
        features: What the model sees: as the schema says, or, made by the problem's own
            `preprocessing_fn`, by transformed name.
        spec: Shape and type of every feature, by transformed name.
        depths: One more than the largest id, by transformed name, for every feature that is ids.
        label: Name of the label among the features of a row.
        rows: The training rows.
        target: What is learnt, not calibrated yet.
    """

    transform_output: tft.TFTransformOutput
    columns: Sequence[str]
    features: Sequence[Feature] | FeatureSpec
    spec: FeatureSpec
    depths: Mapping[str, int]
    label: str
    rows: TrainingRows
    target: Target


def read_training_data(
    patterns: Sequence[str], transform_graph_path: str, schema_path: str, options: TrainingOptions
) -> TrainingData:
    """Reads the training rows as the model is to see them.

    Args:
        patterns: Of the training files, gzip TFRecord of tf.Examples.
        transform_graph_path: Folder of what Transform wrote.
        schema_path: The curated schema.
        options: Of which are used: task, label, features and preprocessing_fn.

    Raises:
        InputError: a pattern matches nothing.
        ModelRefused: no row has a label.
        ComponentError: features of the problem's own need what requests do not have.
    """
    transform_output = tft.TFTransformOutput(transform_graph_path)
    schema = read_schema(schema_path)
    table = feature_table(schema, options.label, options.features)
    columns = list(dict.fromkeys(name for feature in table for name in sources(feature)))
    files, label = example_files(patterns), transformed(options.label.column)
    spec = feature_spec(transform_output, label)
    is_own = options.preprocessing_fn is not None
    if is_own:
        require_served(transform_output, columns, spec)
    reader = FeatureReader(
        transform_output, list(dict.fromkeys([*columns, *options.label.sources]))
    )
    target = of_labels(
        options.task,
        label_classes(schema, options.label, options.task),
        reader.chunks(read_examples(files)).map(lambda chunk: chunk[label]),
    )
    rows = training_rows(files, reader, label)
    return TrainingData(
        transform_output=transform_output,
        columns=columns,
        features=spec if is_own else table,
        spec=spec,
        depths=id_depths(transform_output) if is_own else depths(table, transform_output),
        label=label,
        rows=rows,
        target=target,
    )
