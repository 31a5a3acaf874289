"""*What* is trained, and what is good enough: the tables of `configs/<problem>.toml`.

A key without a default must stand in the file. Every default stands in the three modules of
sections and nowhere else.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.config.data_sections import Batch, Data
from pipeline.config.judging_sections import (
    Evaluation,
    Explanation,
    InfraValidation,
    Parity,
    Push,
)
from pipeline.config.learning_sections import Features, Label, Training, Tuning
from pipeline.config.section import Section, fingerprint
from schema.labels import Task

# Kubeflow's rule for the names of pipelines, which this becomes.
_PROBLEM_NAME = r"^[a-z0-9][a-z0-9-]{0,127}$"


class What(Section):
    """The whole of a *what* file.

    Attributes:
        name: Of the problem and of its pipeline.
        task: The kind of the label.
    """

    name: Annotated[
        str,
        Field(
            pattern=_PROBLEM_NAME,
            description="small letters a-z, digits and -, the first not a -; at most 128",
        ),
    ]
    task: Task
    data: Data
    label: Label
    features: Features = Field(default_factory=Features)
    training: Training = Training()
    tuning: Tuning = Tuning()
    evaluation: Evaluation
    explanation: Explanation = Explanation()
    infra_validation: InfraValidation = InfraValidation()
    parity: Parity = Parity()
    push: Push = Push()
    batch: Batch = Batch()

    @model_validator(mode="after")
    def _name_the_model_like_the_problem(self) -> Self:
        if self.push.model_name is None:
            # Not handed out yet, so that nobody can have seen it otherwise.
            self.__dict__["push"] = self.push.model_copy(update={"model_name": self.name})
        return self

    @property
    def model_name(self) -> str:
        """The name of the pushed model."""
        return self.push.model_name or self.name

    @property
    def fingerprint(self) -> str:
        """SHA-256 of every value, in hex; wherever it runs, the same *what* has the same."""
        return fingerprint(self)
