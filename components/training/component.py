"""The Trainer component of the graph."""

from tfx.components.trainer import component as tfx_trainer
from tfx.dsl.components.base import executor_spec

from components.training.executor import Executor


class Trainer(tfx_trainer.Trainer):
    """TFX's Trainer, whose summary says how the fit went."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)
