"""Taking the gradient steps, until rows that are held out gain nothing more."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import keras
import tensorflow as tf

from components.errors import ModelRefused
from components.training.class_weights import EQUAL, ClassWeights
from components.training.distribution import devices
from components.training.held_out import HeldOut
from components.training.options import TrainingOptions
from components.training.steps import Pack, State, TakeSteps, beginning, put_into, steps_taker
from components.training.targets import Target

_log = logging.getLogger(__name__)

# Between two looks at the rows held out lies an epoch, but no less and no more than this.
_FEWEST_STEPS, _MOST_STEPS = 20, 500
# A gain is one of this share of the loss.
_LEAST_GAIN = 1e-4


@dataclass(frozen=True)
class Look:
    """How far the fit was at some step.

    Attributes:
        step: After how many steps.
        fitted: The mean loss of a member on the rows of the last steps.
        held_out: The loss of the answers on the rows held out; NaN when there are none.
        seconds: How long the fit had taken until then.
        rows_per_s: In the steps since the look before.
    """

    step: int
    fitted: float
    held_out: float
    seconds: float
    rows_per_s: float


class Batches(Protocol):
    """The rows to fit to, as `TrainingRows` has them."""

    @property
    def batch_size(self) -> int:
        """Rows a batch."""
        ...

    @property
    def epoch_steps(self) -> int:
        """Batches an epoch."""
        ...

    @property
    def most_packed(self) -> int:
        """How many batches may be in memory as one pack."""
        ...

    def packs(self, steps: int, from_step: int) -> tf.data.Dataset:
        """`Pack`s of so many batches each, endless, from the batch of that step on."""
        ...


class Kept(Protocol):
    """Where a fit on its way is kept, as `Checkpoint` does."""

    def load(self, beginning: State) -> "Fit | None":
        """The fit as it was kept; None when there is none."""
        ...

    def offer(self, going: "Fit") -> None:
        """Keeps the fit, if it is time to."""
        ...


@dataclass
class Fit:
    """A fit on its way.

    Attributes:
        state: Where the steps have led.
        best: The least loss on the rows held out so far.
        best_weights: The averaged weights that had it.
        best_others: What the model kept beside them.
        idle: How many looks have brought no gain since.
        looks: All so far.
    """

    state: State
    best: float
    best_weights: tf.Tensor
    best_others: tuple[tf.Tensor, ...]
    idle: int = 0
    looks: list[Look] = field(default_factory=list)

    @classmethod
    def of(cls, state: State) -> "Fit":
        """Before any look."""
        return cls(state, float("inf"), state.average, state.others)

    @property
    def step(self) -> int:
        """How many steps were taken."""
        return int(self.state.step)


def fit(
    model: keras.Model,
    batches: Batches,
    held_out: HeldOut,
    target: Target,
    options: TrainingOptions,
    class_weights: ClassWeights = EQUAL,
    seen: Callable[[Look], None] = lambda look: None,
    kept: Kept | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> list[Look]:
    """Fits the model where it stands, and leaves it as it was when it did best.

    Args:
        model: As `build_model` makes it.
        batches: The rows.
        held_out: The rows that tell when to stop.
        target: What the model's outputs mean.
        options: Steps, learning rate and patience.
        class_weights: What the rows of each class count in the steps.
        seen: Told of each look, first of those of an earlier attempt.
        kept: Where an earlier attempt may have left the fit, and this one leaves it.
        clock: Readings in seconds.

    Returns:
        What was seen on the way, in the order of the steps.

    Raises:
        ModelRefused: the steps lead nowhere.
    """
    take_steps = steps_taker(
        model,
        target,
        options.members,
        options.learning_rate,
        class_weights,
        # What layers are in a network that is not ours is not known.
        compiled=options.build_model is None,
        devices=devices(options.distribution),
    )
    first = beginning(model)
    going = (kept.load(first) if kept else None) or Fit.of(first)
    for look in going.looks:
        seen(look)
    calls, pack = _between_looks(batches)
    packs = iter(batches.packs(pack, going.step))
    before = clock()
    while going.step < options.steps and going.idle < options.patience:
        began, counts = going.step, _counts(calls, pack, options.steps - going.step)
        fitted = _take(going, take_steps, packs, counts)
        put_into(model, going.state.average, going.state.others)
        loss = held_out.loss(model) if held_out.rows else math.nan
        now = clock()
        rows_per_s = (going.step - began) * batches.batch_size / max(now - before, 1e-9)
        seconds = (going.looks[-1].seconds if going.looks else 0.0) + now - before
        before = now
        look = Look(going.step, fitted, loss, seconds, rows_per_s)
        # Without rows held out, as in a table of a few rows, all steps are taken.
        _judge(going, look, not held_out.rows or loss < going.best * (1 - _LEAST_GAIN))
        _log.info("step %d: loss %.4f, on rows held out %.4f", look.step, fitted, loss)
        seen(look)
        if kept:
            kept.offer(going)
    if held_out.rows and not math.isfinite(going.best):
        raise ModelRefused(
            f"the loss is no number after {going.step} steps; lower training.learning_rate, "
            f"which is {options.learning_rate}"
        )
    put_into(model, going.best_weights, going.best_others)
    return going.looks


def _between_looks(batches: Batches) -> tuple[int, int]:
    """How many calls are between two looks, and how many steps are in each."""
    every = min(max(batches.epoch_steps, _FEWEST_STEPS), _MOST_STEPS)
    calls = math.ceil(every / batches.most_packed)
    return calls, math.ceil(every / calls)


def _counts(calls: int, pack: int, left: int) -> list[int]:
    """The steps of each call until the next look, of which only so many are left."""
    return [min(pack, left - done) for done in range(0, min(calls * pack, left), pack)]


def _take(
    going: Fit, take_steps: TakeSteps, packs: "tf.data.Iterator[Pack]", counts: list[int]
) -> float:
    """Takes the steps of some calls; returns the mean loss of a member in them."""
    total = 0.0
    for count in counts:
        going.state, fitted = take_steps(going.state, next(packs), tf.constant(count))
        total += float(fitted) * count
    return total / sum(counts)


def _judge(going: Fit, look: Look, is_gain: bool) -> None:
    going.looks.append(look)
    if is_gain:
        going.best, going.idle = look.held_out, 0
        going.best_weights, going.best_others = going.state.average, going.state.others
    else:
        going.idle += 1
