"""What TFMA carries from one row to its metrics."""

from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.extractors.unbatch_extractor import UNBATCH_EXTRACTOR_STAGE_NAME


def custom_extractors(
    eval_shared_model: Any, eval_config: tfma.EvalConfig, tensor_adapter_config: Any
) -> list[tfma.extractors.Extractor]:
    """TFMA's extractors, and before it splits batches into rows one that drops the ballast.

    The Evaluator finds this function by its name. All that a metric needs of a row are its label,
    prediction and slice; TFMA would copy every raw and transformed column of it, too.
    """
    extractors = tfma.default_extractors(
        eval_shared_model=eval_shared_model,
        eval_config=eval_config,
        tensor_adapter_config=tensor_adapter_config,
    )
    columns = {
        column
        for spec in eval_config.slicing_specs
        for column in (*spec.feature_keys, *spec.feature_values)
    }
    drop_ballast = tfma.extractors.Extractor(
        stage_name="DropBallast", ptransform=beam.Map(_without_ballast, columns)
    )
    stages = [extractor.stage_name for extractor in extractors]
    split = stages.index(UNBATCH_EXTRACTOR_STAGE_NAME)
    return [*extractors[:split], drop_ballast, *extractors[split:]]


def _without_ballast(batch: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    kept = {
        key: batch[key]
        for key in (tfma.LABELS_KEY, tfma.PREDICTIONS_KEY, tfma.EXAMPLE_WEIGHTS_KEY)
        if key in batch
    }
    features = {c: values for c, values in batch[tfma.FEATURES_KEY].items() if c in columns}
    return _labelled(kept | {tfma.FEATURES_KEY: features})


def _labelled(batch: dict[str, Any]) -> dict[str, Any]:
    """Without the rows whose label is not known: nothing can be said of them."""
    labels = batch[tfma.LABELS_KEY]
    if isinstance(labels, dict):
        # By model; the rows are the same, and so are their labels.
        labels = next(iter(labels.values()))
    labels = np.asarray(labels, np.float64)
    is_known = np.asarray(np.isfinite(labels.reshape(len(labels), -1)).all(axis=1), np.bool_)
    if is_known.all():
        return batch
    return _filtered(batch, is_known)


def _filtered(value: Any, is_kept: npt.NDArray[np.bool_]) -> Any:
    match value:
        case dict():
            return {key: _filtered(inner, is_kept) for key, inner in value.items()}
        case np.ndarray():
            return value[is_kept]
        case tfma.types.VarLenTensorValue():
            rows = [row for row, kept in zip(value, is_kept, strict=True) if kept]
            return tfma.types.VarLenTensorValue.from_dense_rows(rows)
    raise TypeError(f"a batch of TFMA with a {type(value).__name__}")
