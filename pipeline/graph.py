"""The graph: rows in, a served model out, in the order of the flow.

The same definition runs here and on a cluster, so a node gets what it needs from its inputs, its
parameters and the storage that they name, and no path in it belongs to the machine that built it.
"""

from tfx.components import StatisticsGen
from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import trainer_pb2

from components.baseline_model import BaselineModel
from components.bulk_inferrer.component import BulkInferrer
from components.evaluator.component import Evaluator
from components.example_gen.component import ExampleGen
from components.explainer.component import Explainer
from components.import_schema_gen import ImportSchemaGen
from components.infra_validator.component import InfraValidator
from components.parity.component import ParityValidator
from components.pusher.component import Pusher
from components.stable_model import StableModel
from components.training.component import Trainer
from components.transform.component import Transform
from components.tuner.component import Tuner
from components.tuner.import_hyperparameters import ImportHyperparameters
from components.validation.data_gate import DataGate
from components.validation.example_validator import ExampleValidator
from components.validation.reference_statistics import ReferenceStatisticsGen
from pipeline import options
from pipeline.config import Place, What


def create_pipeline(what: What, where: Place) -> Pipeline:
    """Wires rows to a pushed model: check, learn, judge, push.

    Args:
        what: The problem: data, label, training, gates.
        where: The place: roots and Beam arguments.

    Returns:
        A TFX pipeline without resolver nodes, drivers or absolute paths.
    """
    import_schema_gen = ImportSchemaGen(
        schema_path=what.data.schema_, without=options.hidden_columns(what)
    )
    example_gen = ExampleGen(
        schema=import_schema_gen.outputs["schema"],
        input=options.input_location(what, where),
        options=options.example_gen(what),
    )
    statistics_gen = StatisticsGen(
        examples=example_gen.outputs["examples"], stats_options=options.statistics(what)
    )
    reference_statistics_gen = ReferenceStatisticsGen(
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        options=options.reference_statistics(what, where),
    )
    example_validator = ExampleValidator(
        statistics=statistics_gen.outputs["statistics"],
        reference=reference_statistics_gen.outputs["statistics"],
        schema=import_schema_gen.outputs["schema"],
    )
    data_gate = DataGate(
        anomalies=example_validator.outputs["anomalies"],
        statistics=statistics_gen.outputs["statistics"],
        reference=reference_statistics_gen.outputs["statistics"],
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        options=options.data_gate(what),
    )
    transform = Transform(
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        options=options.transform(what),
    )
    transform.add_upstream_node(data_gate)
    hyperparameters = _hyperparameters(what, example_gen, import_schema_gen, transform)
    # A node that the fit does not ask for would have it run again with every push.
    stable_model = (
        StableModel(base_dir=where.roots.serving, model_name=what.model_name)
        if what.training.warm_start
        else None
    )
    trainer = Trainer(
        run_fn="components.training.run.run_fn",
        examples=example_gen.outputs["examples"],
        transform_graph=transform.outputs["transform_graph"],
        schema=import_schema_gen.outputs["schema"],
        base_model=stable_model and stable_model.outputs["model"],
        train_args=trainer_pb2.TrainArgs(splits=["train"], num_steps=what.training.steps),
        eval_args=trainer_pb2.EvalArgs(splits=["eval"]),
        hyperparameters=hyperparameters and hyperparameters.outputs["best_hyperparameters"],
        custom_config=options.training(what) | options.checkpoints(where),
    )
    baseline_model = BaselineModel(
        model=trainer.outputs["model"],
        base_dir=where.roots.serving,
        model_name=what.model_name,
    )
    evaluator = Evaluator(
        examples=example_gen.outputs["examples"],
        model=trainer.outputs["model"],
        baseline_model=baseline_model.outputs["baseline"],
        schema=import_schema_gen.outputs["schema"],
        options=options.evaluation(what),
    )
    explainer = Explainer(
        model=trainer.outputs["model"],
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        options=options.explanation(what),
    )
    infra_validator = InfraValidator(
        model=trainer.outputs["model"],
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        options=options.infra_validation(what),
    )
    parity_validator = ParityValidator(
        model=trainer.outputs["model"],
        transform_graph=transform.outputs["transform_graph"],
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        options=options.parity(what),
    )
    pusher = Pusher(
        model=trainer.outputs["model"],
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=infra_validator.outputs["blessing"],
        parity=parity_validator.outputs["parity"],
        examples=example_gen.outputs["examples"],
        schema=import_schema_gen.outputs["schema"],
        baseline=baseline_model.outputs["baseline"],
        base_dir=where.roots.serving,
        model_name=what.model_name,
        options=options.push(what, where),
    )
    bulk_inferrer = (
        BulkInferrer(
            model=trainer.outputs["model"],
            model_blessing=evaluator.outputs["blessing"],
            pushed_model=pusher.outputs["pushed_model"],
            schema=import_schema_gen.outputs["schema"],
            input=options.batch_location(what, where),
            options=options.batch(what),
        )
        if what.batch.input is not None
        else None
    )
    return Pipeline(
        pipeline_name=what.name,
        # The runner says where artifacts go; the graph does not know.
        pipeline_root="",
        components=[
            import_schema_gen,
            example_gen,
            statistics_gen,
            reference_statistics_gen,
            example_validator,
            data_gate,
            transform,
            *filter(None, [hyperparameters, stable_model]),
            trainer,
            baseline_model,
            evaluator,
            infra_validator,
            parity_validator,
            pusher,
            explainer,
            *filter(None, [bulk_inferrer]),
        ],
        beam_pipeline_args=list(where.beam.pipeline_args),
    )


def _hyperparameters(
    what: What, example_gen: BaseNode, import_schema_gen: BaseNode, transform: BaseNode
) -> BaseNode | None:
    """What the Trainer is given in place of `[training]`: searched for, read, or nothing."""
    if what.tuning.algorithm != "none":
        return Tuner(
            examples=example_gen.outputs["examples"],
            schema=import_schema_gen.outputs["schema"],
            transform_graph=transform.outputs["transform_graph"],
            options=options.tuning(what),
        )
    if what.tuning.hyperparameters is not None:
        return ImportHyperparameters(path=what.tuning.hyperparameters)
    return None
