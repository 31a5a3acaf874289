"""The function that TFX's Trainer calls."""

import keras
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components.training.batches import training_rows
from components.training.features import FeatureReader, example_files, read_examples
from components.training.fitting import fit
from components.training.held_out import HeldOut
from components.training.model import build_model
from components.training.options import TrainingOptions
from components.training.signatures import ServingModel
from components.training.targets import of_labels
from components.transform.categories import depth
from schema import read_schema
from schema.features import Category, feature_table, transformed
from schema.labels import label_classes


def run_fn(fn_args: FnArgs) -> None:
    """Fits the model on all training files and writes it with its signatures.

    Args:
        fn_args: Of which are used: train_files, transform_graph_path, schema_path,
            serving_model_dir and custom_config, which holds `TrainingOptions`.
    """
    options = TrainingOptions.from_plain(fn_args.custom_config)
    keras.utils.set_random_seed(options.seed)
    transform_output = tft.TFTransformOutput(fn_args.transform_graph_path)
    schema = read_schema(fn_args.schema_path)
    features = feature_table(schema, options.label, options.drop)
    depths = {
        feature.column: depth(feature, transform_output)
        for feature in features
        if isinstance(feature, Category)
    }
    columns = [feature.column for feature in features]
    files, label = example_files(fn_args.train_files), transformed(options.label.column)
    reader = FeatureReader(
        transform_output, list(dict.fromkeys([*columns, *options.label.sources]))
    )
    target = of_labels(
        options.task,
        label_classes(schema, options.label, options.task),
        reader.chunks(read_examples(files)).map(lambda chunk: chunk[label]),
    )
    rows = training_rows(files, reader, label, batch_size=options.batch_size, seed=options.seed)
    held_out = HeldOut(rows.sample, label, options.members, target)
    model = build_model(features, depths, options, target.outputs)
    fit(model, rows.batches, held_out, target, options, rows.epoch_steps)
    target = held_out.calibrated(model)
    serving = ServingModel(model, transform_output, columns, options.label.sources, target)
    serving.save(fn_args.serving_model_dir)
