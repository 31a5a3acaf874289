"""What was measured and decided, in files of our own."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from components.answering.answers import MISSING, Answers, as_text
from components.evaluator import bootstrap
from components.evaluator.finding import Finding
from components.evaluator.measured import Measurements
from components.evaluator.options import describe

GATES_FILE = "gates.json"
METRICS_FILE = "metrics.json"
ANSWERS_FILE = "answers.parquet"

MOST_ANSWERS = 1_000_000
"""Of more rows a sample is written."""


def verdict(
    findings: Sequence[Finding], measurements: Measurements, answers: Answers
) -> dict[str, Any]:
    """The verdict as plain values, for `GATES_FILE`.

    Returns:
        `blessed`; `has_baseline`; `gates`, one entry a `Finding`; `overall`, with `rows`, and by
        model the metrics on all rows; `unlabelled`, the rows that judged nobody.
    """
    overall = measurements[()]
    models = {
        model: {
            name: _known(getattr(estimate, model))
            for name, estimate in sorted(overall.metrics.items())
        }
        for model in ("candidate", "baseline", "trivial")
    }
    has_baseline = answers.baseline is not None
    return {
        "blessed": all(finding.passed for finding in findings),
        "has_baseline": has_baseline,
        "gates": [dataclasses.asdict(finding) for finding in findings],
        "overall": {
            "rows": overall.rows,
            **models,
            "baseline": models["baseline"] if has_baseline else None,
        },
        "unlabelled": answers.unlabelled,
    }


def plain_metrics(measurements: Measurements) -> list[dict[str, Any]]:
    """Every metric of every slice, for `METRICS_FILE`: all rows first, a slice an entry."""
    return [
        {
            "slice": describe(key),
            "rows": measured.rows,
            "metrics": {
                name: {field: _known(value) for field, value in dataclasses.asdict(metric).items()}
                for name, metric in measured.metrics.items()
            },
        }
        for key, measured in sorted(measurements.items())
    ]


def write_json(path: Path, plain: Mapping[str, Any] | list[dict[str, Any]]) -> None:
    """Writes plain values; a number that is undefined is null in them."""
    path.write_text(json.dumps(plain, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def write_answers(path: Path, answers: Answers, seed: int) -> None:
    """Writes `ANSWERS_FILE`: a row for each row judged, of very many a sample in their order.

    Its columns are `row`, `label`, `candidate`, `baseline` if there is one, and
    `column.<raw name>` as text, null where missing. Answers are doubles, of several classes lists.
    """
    if answers.rows > MOST_ANSWERS:
        rows = bootstrap.sample(answers.rows, MOST_ANSWERS, seed=seed, name=path.name)
        answers = answers.taken(rows)
    columns: dict[str, Any] = {
        "row": pa.array(answers.row),
        "label": pa.array(answers.label),
        "candidate": _answer_column(answers.candidate),
    }
    if answers.baseline is not None:
        columns["baseline"] = _answer_column(answers.baseline)
    for name, column in answers.columns.items():
        coded = as_text(column)
        places = pa.array(coded.codes, mask=coded.codes == MISSING)
        texts = pa.DictionaryArray.from_arrays(places, pa.array(coded.values, pa.string()))
        columns[f"column.{name}"] = texts.dictionary_decode()
    pq.write_table(pa.table(columns), path)


def _answer_column(answer: npt.NDArray[np.float32]) -> pa.Array:
    doubles = pa.array(answer.astype(np.float64).ravel())
    if answer.shape[1] == 1:
        return doubles
    ends = np.arange(len(answer) + 1, dtype=np.int32) * answer.shape[1]
    return pa.ListArray.from_arrays(pa.array(ends), doubles)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
