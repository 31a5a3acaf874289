"""The function that TFX's Trainer calls."""

from tfx.components.trainer.fn_args_utils import FnArgs

from components.code_fingerprint import code_fingerprint
from components.locations import resolve
from components.own_code import own_fingerprint
from components.training.checkpoints import Checkpoint, fingerprint_of
from components.training.data import read_training_data
from components.training.features import example_files, read_examples
from components.training.named_weights import named_weights, write_weights
from components.training.options import TrainingOptions
from components.training.run_log import RunLog
from components.training.signatures import ServingModel
from components.training.training import train
from components.training.warm_start import WarmStart
from components.training.warm_up import WARM_UP_ROWS, write_warm_up


def run_fn(fn_args: FnArgs) -> None:
    """Fits the model on all training files and writes it with its signatures.

    Args:
        fn_args: Of which are used: train_files, transform_graph_path, schema_path,
            serving_model_dir, model_run_dir, custom_config, which holds `TrainingOptions`, and
            hyperparameters: a tuner's, in place of those. What an attempt leaves that is killed
            goes below the location `checkpoints` of custom_config, or else into working_dir; the
            next attempt at the same goes on from it. A warm start is from base_model, the version
            `stable_version` of custom_config.
    """
    options = TrainingOptions.from_plain(fn_args.custom_config)
    options = options.tuned(fn_args.hyperparameters or {})
    data = read_training_data(
        fn_args.train_files, fn_args.transform_graph_path, fn_args.schema_path, options
    )
    log = RunLog(fn_args.model_run_dir)
    checkpoint = checkpoint_of(fn_args, options)
    version = fn_args.custom_config.get("stable_version", 0)
    start = WarmStart(fn_args.base_model, version, data) if options.warm_start else None
    trained = train(
        options, data, log.seen, checkpoint, start.begin if start else lambda model: None
    )
    ServingModel(
        trained.model, data.transform_output, data.columns, options.label.sources, trained.target
    ).save(fn_args.serving_model_dir)
    write_weights(fn_args.serving_model_dir, named_weights(trained.model, data))
    raw = data.transform_output.raw_feature_spec()
    examples = read_examples(example_files(fn_args.train_files)).take(WARM_UP_ROWS)
    write_warm_up(
        fn_args.serving_model_dir,
        options.model_name,
        list(examples.as_numpy_iterator()),
        {column: raw[column].dtype for column in data.columns},
        options.label.sources,
    )
    log.close(
        trained,
        options,
        checkpoint.resumed_from if checkpoint else None,
        start.record if start else None,
    )
    if checkpoint:
        checkpoint.remove()


def checkpoint_of(fn_args: FnArgs, options: TrainingOptions) -> Checkpoint | None:
    """Where this fit is kept, which no fit that differs in anything shares; None for nowhere."""
    location = fn_args.custom_config.get("checkpoints")
    folder = resolve(location) if location else fn_args.working_dir
    if not folder:
        return None
    own = options.build_model
    fingerprint = fingerprint_of(
        options.to_plain() | {"stable_version": fn_args.custom_config.get("stable_version")},
        example_files(fn_args.train_files),
        fn_args.transform_graph_path,
        fn_args.schema_path,
        [code_fingerprint(), own_fingerprint(own, "training.build_model") if own else ""],
    )
    return Checkpoint(folder, fingerprint)
