"""What the Evaluator finds beside the metrics: fairness, weak slices and the worst rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tensorflow_metadata.proto.v0 import schema_pb2

from components.answering.answers import Answers
from components.evaluator.options import EvaluatorOptions
from components.evaluator.training_numbers import training_numbers
from components.judgement import fairness
from components.judgement.fairness import ColumnFairness
from components.judgement.searching import Weakness, weakness, worst_rows
from components.judgement.sensitive import fairness_of
from schema.columns import SERVING, columns
from schema.labels import label_classes

FAIRNESS_FILE = "fairness.json"
WEAK_SLICES_FILE = "weak_slices.json"
WORST_ROWS_FILE = "worst_rows.parquet"


@dataclass(frozen=True)
class CloserLook:
    """What was found.

    Attributes:
        fairness: One entry for each sensitive column.
        weak: Slices that nobody declared.
        worst: The rows with the largest losses.
    """

    fairness: Sequence[ColumnFairness]
    weak: Weakness
    worst: pa.Table

    def write(self, folder: Path) -> None:
        """Writes a file for each; the one on fairness only with sensitive columns."""
        if self.fairness:
            _write(folder / FAIRNESS_FILE, fairness.plain(self.fairness))
        _write(folder / WEAK_SLICES_FILE, self.weak.plain())
        pq.write_table(self.worst, folder / WORST_ROWS_FILE)


def look_closer(
    answers: Answers,
    options: EvaluatorOptions,
    schema: schema_pb2.Schema,
    train_files: Sequence[str],
) -> CloserLook:
    """Looks for what is unfair, and for what is weak.

    Args:
        answers: With every column of the schema.
        options: What is sensitive, and what was declared as slices.
        schema: The contract with the data.
        train_files: Of the train split, where numbers of sensitive columns are cut.
    """
    kinds = {column.name: column.kind for column in columns(schema)}
    # The label, and what is known only with it, would say nothing about where the model is weak.
    searched = [c.name for c in columns(schema, SERVING) if c.name != options.label.column]
    weak = weakness(answers, options.task, kinds, searched, options.seed)
    return CloserLook(
        fairness=fairness_of(
            answers,
            kinds,
            label_classes(schema, options.label, options.task),
            options.fairness,
            training_numbers(train_files, schema, options.fairness.columns),
            options.seed,
        ),
        weak=weak,
        worst=worst_rows(answers, options.task, kinds, options.slices, weak),
    )


def _write(path: Path, plain: dict[str, Any]) -> None:
    path.write_text(json.dumps(plain, indent=2, allow_nan=False) + "\n", encoding="utf-8")
