"""Tuner's executor: searches, and writes the winner and the table of the trials."""

import json
from pathlib import Path
from typing import Any

from tfx import types
from tfx.components.tuner import executor as tfx_tuner
from tfx.types import artifact_utils, standard_component_specs

from components.errors import ModelRefused
from components.tuner import hyperparameters
from components.tuner.oracles import OBJECTIVE
from components.tuner.search import CONFIGURED, Search, Trial

TRIALS_FILE = "trials.json"

_NAMED = 3


class Executor(tfx_tuner.Executor):
    """TFX's executor, but the winner is a plain object of options of the training."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Searches, and writes `best_hyperparameters.txt` and `trials.json`.

        Raises:
            ModelRefused: every trial failed.
        """
        search = tfx_tuner.search(
            input_dict, exec_properties, self._get_tmp_dir(), print_tuning_summary=False
        )
        results = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.TUNER_RESULTS_KEY]
        )
        Path(results.uri, TRIALS_FILE).write_text(
            json.dumps(trials_table(search), indent=2, allow_nan=False), encoding="utf-8"
        )
        best = search.best
        if best is None:
            raise ModelRefused(
                f"every trial failed ({len(search.trials)}); the first: {search.trials[0].reason}"
            )
        winner = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.BEST_HYPERPARAMETERS_KEY]
        )
        Path(winner.uri, hyperparameters.FILE).write_text(
            hyperparameters.text(best.hyperparameters), encoding="utf-8"
        )
        winner.set_string_custom_property("summary", summary(search.trials, best))


def trials_table(search: Search) -> dict[str, Any]:
    """What `trials.json` holds.

    Returns:
        `{"algorithm", "objective", "trials": [{"id", "hyperparameters", "held_out", "seconds",
        "status", "reason"}], "best"}`; `best` is the id of the winner, null if all failed.
    """
    return {
        "algorithm": search.options.algorithm,
        "objective": OBJECTIVE,
        "trials": [
            {
                "id": trial.id,
                "hyperparameters": dict(trial.hyperparameters),
                "held_out": trial.held_out,
                "seconds": trial.seconds,
                "status": trial.status,
                "reason": trial.reason,
            }
            for trial in search.trials
        ],
        "best": search.best.id if search.best else None,
    }


def summary(trials: list[Trial], best: Trial) -> str:
    """One line about the search: how many, which is the best, which failed."""
    values = hyperparameters.brief(best.hyperparameters) or "what is configured"
    said = f"{len(trials)} trials; best: {values}, held-out loss {best.held_out:.4f}"
    (configured,) = (trial.held_out for trial in trials if trial.id == CONFIGURED)
    if best.id != CONFIGURED and configured is not None:
        said += f" (configured: {configured:.4f})"
    failed = [trial for trial in trials if trial.held_out is None]
    if failed:
        named = "; ".join(f"{trial.id}: {trial.reason}" for trial in failed[:_NAMED])
        said += f"; {len(failed)} failed ({named})"
    return said
