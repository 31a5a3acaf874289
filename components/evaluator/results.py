"""Metrics back from TFMA's files, and the verdict into ours."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma

from components.evaluator.judging import Finding, Measured, Measurements
from components.evaluator.metrics import ROWS
from components.evaluator.options import slice_key

GATES_FILE = "gates.json"
"""Beside TFMA's files in the evaluation artifact."""


def read_measurements(evaluation_uri: str, model_name: str) -> Measurements:
    """The metrics that TFMA wrote.

    Args:
        evaluation_uri: Its output folder.
        model_name: Empty if it evaluated one model.
    """
    result = tfma.load_eval_result(evaluation_uri, model_name=model_name)
    measurements = {}
    for key, outputs in result.slicing_metrics:
        values = {
            name: float(value.get("doubleValue", "nan"))
            for by_output in outputs.values()
            for by_class in by_output.values()
            for name, value in by_class.items()
            # With a baseline TFMA adds the differences, which `judge` takes for itself.
            if not name.endswith("_diff")
        }
        rows = int(values.pop(ROWS, 0))
        measurements[slice_key({_text(c): _text(v) for c, v in key})] = Measured(rows, values)
    return measurements


def write_gates(path: Path, plain: dict[str, Any]) -> None:
    """Writes the verdict as JSON; a number that is undefined is null."""
    path.write_text(json.dumps(plain, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def verdict(
    findings: Sequence[Finding], candidate: Measurements, baseline: Measurements | None
) -> dict[str, Any]:
    """The verdict as plain values.

    Returns:
        `blessed`; `has_baseline`; `gates`, one entry a `Finding`; `overall`, with `rows`, and by
        model the metrics on all rows.
    """
    return {
        "blessed": all(finding.passed for finding in findings),
        "has_baseline": baseline is not None,
        "gates": [dataclasses.asdict(finding) for finding in findings],
        "overall": {
            "rows": candidate[()].rows if () in candidate else 0,
            "candidate": _plain(candidate),
            "baseline": None if baseline is None else _plain(baseline),
        },
    }


def _plain(measurements: Measurements) -> dict[str, float | None]:
    values = measurements[()].values if () in measurements else {}
    return {name: value if value == value else None for name, value in sorted(values.items())}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
