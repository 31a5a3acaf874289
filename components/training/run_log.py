"""What is kept of a fit: TensorBoard's curves, `training.json`, and words for people."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from components import progress
from components.training.fitting import Look
from components.training.options import TrainingOptions
from components.training.training import Trained

_FILE = "training.json"


class RunLog:
    """Writes into the Trainer's output `model_run` while the model is fitted."""

    def __init__(self, folder: str) -> None:
        """Opens it."""
        self._folder = Path(folder)
        self._writer = tf.summary.create_file_writer(folder)

    def seen(self, look: Look) -> None:
        """Adds a point to the curves and says where the fit is."""
        with self._writer.as_default(step=look.step):
            tf.summary.scalar("loss/fitted", look.fitted)
            tf.summary.scalar("loss/held_out", look.held_out)
            tf.summary.scalar("rows_per_s", look.rows_per_s)
        progress.tell(words(look))

    def close(
        self,
        trained: Trained,
        options: TrainingOptions,
        resumed_from: int | None = None,
        warm_start: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes `training.json`: all looks, the effective options, and how it began.

        Args:
            trained: The fitted model.
            options: The effective ones.
            resumed_from: The step at which an earlier attempt was gone on with.
            warm_start: What was carried over from which version; None for a cold start.
        """
        self._writer.close()
        plain = {
            "task": options.task,
            "looks": [plain_look(look) for look in trained.looks],
            "options": options.to_plain(),
            "temperature": trained.target.temperature,
            "warm_start": warm_start,
            "resumed_from": resumed_from,
        }
        text = json.dumps(plain, indent=1, allow_nan=False)
        (self._folder / _FILE).write_text(text, encoding="utf-8")


def plain_look(look: Look) -> dict[str, float | None]:
    """As JSON has it: what is no number is null."""
    return {
        "step": look.step,
        **{
            name: _finite(getattr(look, name))
            for name in ("fitted", "held_out", "seconds", "rows_per_s")
        },
    }


def words(look: Look) -> str:
    """A look in a line."""
    held_out = "" if math.isnan(look.held_out) else f" · held out {look.held_out:.3f}"
    return f"step {look.step:,} · loss {look.fitted:.3f}{held_out} · {look.rows_per_s:,.0f} rows/s"


def summary(folder: str) -> str:
    """What the run's summary says of a finished fit."""
    record: Mapping[str, Any] = json.loads((Path(folder) / _FILE).read_text(encoding="utf-8"))
    looks = record["looks"]
    judged = [look for look in looks if look["held_out"] is not None]
    beginning = _beginning_words(record)
    if not judged:
        return f"{looks[-1]['step']:,} steps; no rows were held out{beginning}"
    best = min(judged, key=lambda look: look["held_out"])
    return (
        f"loss {best['held_out']:.4f} on rows held out, at step {best['step']:,} "
        f"of {looks[-1]['step']:,}{_end_words(record, best)}{beginning}"
    )


def _end_words(record: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    looks, options = record["looks"], record["options"]
    idle = len(looks) - 1 - looks.index(best)
    if looks[-1]["step"] < options["steps"] or idle >= options["patience"]:
        return ""
    return f"; training.steps = {options['steps']} ended it, and more may gain"


def _beginning_words(record: Mapping[str, Any]) -> str:
    words = ""
    start = record["warm_start"]
    if start:
        words += f"; started from version {start['from_version']}"
        if start["left"]:
            what = ", ".join(left["what"] for left in start["left"])
            words += f", of which was not carried over in whole: {what}"
    elif record["options"]["warm_start"]:
        words += "; a cold start, for lack of a stable version"
    if record["resumed_from"] is not None:
        words += f"; an earlier attempt was gone on with from step {record['resumed_from']:,}"
    return words


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
