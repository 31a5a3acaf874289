"""One model from rows and options: what the Trainer and each trial of the Tuner do alike."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import keras

from components.training.class_weights import EQUAL, balanced
from components.training.data import TrainingData
from components.training.distribution import devices
from components.training.ensemble import fitting_members
from components.training.fitting import Kept, Look, fit
from components.training.held_out import HeldOut
from components.training.options import TrainingOptions
from components.training.targets import Target
from components.training.untrained import members_of, untrained_model


@dataclass(frozen=True)
class Trained:
    """A fitted model.

    Attributes:
        model: From features to [batch, members, outputs].
        target: What its outputs mean, calibrated.
        looks: What was seen while it was fitted, in the order of the steps.
    """

    model: keras.Model
    target: Target
    looks: list[Look]

    @property
    def held_out(self) -> float:
        """The least loss on the rows held out; NaN when there are none."""
        return min((look.held_out for look in self.looks), default=float("nan"))


def train(
    options: TrainingOptions,
    data: TrainingData,
    seen: Callable[[Look], None] = lambda look: None,
    kept: Kept | None = None,
    begin: Callable[[keras.Model], None] = lambda model: None,
) -> Trained:
    """Fits a model, from the seed of the options on: the same call gives the same model.

    Args:
        options: How it is fitted; task, label and features must be those that the data was read
            with.
        data: What is learnt from; it is not changed.
        seen: Told of each look at the rows held out.
        kept: Where an earlier attempt may have left the fit, and this one leaves it.
        begin: May give the model other weights than random ones to start from.

    Raises:
        ModelRefused: the steps lead nowhere.
        ComponentError: the problem's own `build_model` gives no model that fits, or there are no
            devices to distribute the steps over.
    """
    members = options.members or fitting_members(options.task, data.rows.count)
    options = dataclasses.replace(options, members=members)
    keras.utils.set_random_seed(options.seed)
    model = untrained_model(data.features, data.depths, data.spec, options, data.target.outputs)
    # A network of one's own may have other members than it was asked for.
    options = dataclasses.replace(options, members=members_of(model))
    held_out = HeldOut(data.rows.sample, data.label, options.members, data.target)
    begin(model)
    shared_by = devices(options.distribution)
    batches = data.rows.batches(options.batch_size, options.seed, shared_by)
    weights = EQUAL
    if options.class_weights == "balanced":
        label = data.rows.sample[data.label].numpy()
        weights = balanced(options.task, len(data.target.classes) or 2, label)
    looks = fit(model, batches, held_out, data.target, options, weights, seen, kept)
    return Trained(model, held_out.calibrated(model), looks)
