"""The search: trials, one after the other, each a fit as the Trainer would make it."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from keras_tuner import errors
from keras_tuner.src.engine.base_tuner import BaseTuner
from keras_tuner.src.engine.trial import Trial as KerasTrial
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.components.tuner.component import TunerFnResult

from components.errors import ModelRefused
from components.training.data import TrainingData, read_training_data
from components.training.options import TrainingOptions
from components.training.training import train
from components.tuner.hyperparameters import Hyperparameters
from components.tuner.options import TunerOptions
from components.tuner.oracles import hyperparameters, oracle

_log = logging.getLogger(__name__)

_S_PER_MINUTE = 60
CONFIGURED = "configured"
"""The trial of the values that the configuration has, which is the first."""


@dataclass(frozen=True)
class Trial:
    """One trial.

    Attributes:
        id: Its name.
        hyperparameters: What the Trainer must be given to fit the same model.
        held_out: The least loss on the rows held out; None when it failed.
        seconds: How long it took.
        status: Whether it counts.
        reason: Why it failed; empty otherwise.
    """

    id: str
    hyperparameters: Hyperparameters
    held_out: float | None
    seconds: float
    status: Literal["completed", "failed"]
    reason: str = ""


class Fitted(Protocol):
    """What a trial is judged by."""

    @property
    def held_out(self) -> float:
        """The least loss on the rows held out; NaN when there are none."""
        ...


class Search(BaseTuner):
    """KerasTuner's loop over trials, with a budget of time.

    Attributes:
        options: As it was told.
        trials: What was tried so far, in that order.
    """

    def __init__(
        self,
        options: TunerOptions,
        configured: TrainingOptions,
        data: TrainingData,
        directory: str,
        fit: Callable[[TrainingOptions, TrainingData], Fitted] = train,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares; nothing is fitted yet.

        Args:
            options: How to search.
            configured: What the Trainer would do without a search.
            data: The training rows, read for `configured`.
            directory: KerasTuner keeps its state there.
            fit: The Trainer's own way to fit a model.
            clock: Seconds, rising.
        """
        self.options = options
        self.trials: list[Trial] = []
        self._configured = configured
        self._data = data
        self._fit = fit
        self._clock = clock
        self._until = math.inf
        super().__init__(
            oracle(options, configured.seed),
            directory=directory,
            project_name="search",
            overwrite=True,
        )

    @property
    def best(self) -> Trial | None:
        """The trial with the least loss, the earliest of several; None when all failed."""
        done = [trial for trial in self.trials if trial.held_out is not None]
        return min(done, key=lambda trial: trial.held_out or 0.0, default=None)

    def search(self, *fit_args: Any, **fit_kwargs: Any) -> None:
        """Runs trials until they or the time are used up, or someone interrupts."""
        self._until = self._clock() + _S_PER_MINUTE * self.options.minutes
        try:
            self._try(CONFIGURED, self._configured_values())
            if not self._is_over():
                super().search(*fit_args, **fit_kwargs)
        except KeyboardInterrupt:
            if not self.trials:
                raise
            _log.warning("interrupted; the best of %d trials is taken", len(self.trials))

    def pre_create_trial(self) -> None:
        """Lets the oracle ask for no more trials when it is over."""
        if self._is_over():
            self.oracle.max_trials = len(self.oracle.trials)

    def run_trial(self, trial: KerasTrial, *fit_args: Any, **fit_kwargs: Any) -> float:
        """Fits one model, and returns its loss on the rows held out."""
        values = hyperparameters(trial.hyperparameters.values, self._configured)
        tried = self._try(trial.trial_id, values)
        if tried.held_out is None:
            raise errors.FailedTrialError(tried.reason)
        return tried.held_out

    def _configured_values(self) -> Hyperparameters:
        plain = self._configured.to_plain()
        searched = [entry.name for entry in self.oracle.get_space().space]
        return {name: _listed(plain[name]) for name in searched if plain[name] is not None}

    def _is_over(self) -> bool:
        return self._clock() >= self._until or len(self.trials) >= self.options.trials

    def _try(self, name: str, values: Hyperparameters) -> Trial:
        began = self._clock()
        held_out, reason = None, ""
        try:
            loss = self._fit(self._configured.tuned(values), self._data).held_out
            if math.isfinite(loss):
                held_out = loss
            else:
                reason = f"the loss on the rows held out is {loss}"
        except ModelRefused as error:
            reason = str(error)
        status: Literal["completed", "failed"] = "failed" if held_out is None else "completed"
        trial = Trial(name, values, held_out, self._clock() - began, status, reason)
        self.trials.append(trial)
        _log.info("trial %s: %s: %s", name, values, reason or held_out)
        return trial


def tuner_fn(fn_args: FnArgs) -> TunerFnResult:
    """Makes the search, as TFX's Tuner component asks for it.

    Args:
        fn_args: Of which are used: train_files, transform_graph_path, schema_path, working_dir and
            custom_config, which holds `TrainingOptions` and, under `tuning`, `TunerOptions`.
    """
    configured = TrainingOptions.from_plain(fn_args.custom_config)
    options = TunerOptions.from_plain(fn_args.custom_config["tuning"])
    data = read_training_data(
        fn_args.train_files, fn_args.transform_graph_path, fn_args.schema_path, configured
    )
    return TunerFnResult(Search(options, configured, data, fn_args.working_dir), {"verbose": 0})


def _listed(value: Any) -> Any:
    """As JSON has it."""
    return list(value) if isinstance(value, tuple) else value
