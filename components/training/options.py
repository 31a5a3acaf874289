"""What the Trainer is told."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from components.errors import ComponentError
from schema.features import Overrides
from schema.labels import Label, Task

# They say what is learnt from what, and for whom.
_NOT_TUNABLE = frozenset({"task", "label", "features", "warm_start", "model_name", "distribution"})


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How the model is fitted; crosses to the Trainer as its custom_config.

    Attributes:
        task: What kind of label is learnt.
        label: The label.
        features: What is said of columns as features, beyond the schema.
        preprocessing_fn: Dotted path of the problem's own function that made the features; None
            for ours.
        build_model: Dotted path of the problem's own function that builds the network; None for
            ours.
        steps: Gradient steps at most.
        patience: How many looks at rows held out may bring no gain before it is enough.
        batch_size: Rows a step; None for what fits the number of rows.
        learning_rate: Of AdamW.
        hidden_units: Units of each hidden layer of a member.
        members: Networks that are fitted side by side and answer together; 0 for what fits the
            task and the number of rows.
        class_weights: `balanced`: every class of the label counts the same in all; `none`: every
            row does.
        warm_start: Whether the fit starts from the stable model's weights, where there is one.
        distribution: `mirrored`: the devices of the machine share each step; `none`: they do not.
        seed: Of the initial weights, the order of the rows and the dropout.
        model_name: By which clients know the model.
    """

    task: Task
    label: Label
    features: Overrides = Overrides()
    preprocessing_fn: str | None = None
    build_model: str | None = None
    steps: int
    patience: int
    batch_size: int | None
    learning_rate: float
    hidden_units: tuple[int, ...]
    members: int
    class_weights: str = "none"
    warm_start: bool = False
    distribution: str = "none"
    seed: int
    model_name: str = ""

    def __post_init__(self) -> None:
        if self.task not in get_args(Task):
            raise ComponentError(
                f"training: task {self.task!r} is not supported; use one of {get_args(Task)}"
            )

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "TrainingOptions":
        """From the values of a custom_config, which may hold keys that are not ours."""
        known = {field.name for field in dataclasses.fields(cls)} & plain.keys()
        values = {name: plain[name] for name in known}
        values["label"] = Label(**values["label"])
        said = values.get("features", {})
        values["features"] = Overrides.from_plain(said)
        values["preprocessing_fn"] = said.get("preprocessing_fn")
        values["hidden_units"] = tuple(values["hidden_units"])
        values["members"] = values["members"] or 0
        return cls(**values)

    def to_plain(self) -> dict[str, Any]:
        """Plain values, from which `from_plain` makes the same options."""
        said = self.features.to_plain() | {"preprocessing_fn": self.preprocessing_fn}
        return dataclasses.asdict(self) | {"features": said}

    def tuned(self, hyperparameters: Mapping[str, Any]) -> "TrainingOptions":
        """The options with these in place of their own.

        Raises:
            ComponentError: one of them says what is learnt, not how, or is unknown.
        """
        tunable = {field.name for field in dataclasses.fields(self)} - _NOT_TUNABLE
        for name in hyperparameters:
            if name not in tunable:
                raise ComponentError(
                    f"hyperparameters: {name!r} is none; there are {', '.join(sorted(tunable))}"
                )
        return type(self).from_plain(self.to_plain() | dict(hyperparameters))
